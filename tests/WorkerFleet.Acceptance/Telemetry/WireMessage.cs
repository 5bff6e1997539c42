using System.Buffers.Binary;
using System.Text;

namespace WorkerFleet.Acceptance.Telemetry;

/// <summary>A message of Protocol Buffers by the numbers of its fields: as much of the wire format as OTLP uses.</summary>
internal sealed class WireMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    private WireMessage()
    {
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static WireMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new WireMessage();
        var at = 0;
        while (at < bytes.Length)
        {
            var key = ReadVarint(bytes.Span, ref at);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    message._fields.Add((field, ReadVarint(bytes.Span, ref at), default));
                    break;
                case 1:
                    message._fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)ReadVarint(bytes.Span, ref at);
                    message._fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    message._fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new FormatException($"Field {field} has a type that is not used.");
            }
        }

        return message;
    }

    public bool Has(int field) => _fields.Any(each => each.Field == field);

    public IEnumerable<WireMessage> Messages(int field) =>
        _fields.Where(each => each.Field == field).Select(each => Parse(each.Bytes));

    public WireMessage? Message(int field) => Messages(field).LastOrDefault();

    public ulong Number(int field) => _fields.LastOrDefault(each => each.Field == field).Number;

    public double Double(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    public string Text(int field) => Encoding.UTF8.GetString(BytesOf(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(BytesOf(field).Span);

    private ReadOnlyMemory<byte> BytesOf(int field) => _fields.LastOrDefault(each => each.Field == field).Bytes;

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("A number is too long.");
    }
}
