using System.Buffers.Binary;
using System.Globalization;
using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>
/// Names a block of outcomes in the slice's record. Only what is named there counts: a block whose slice was not updated, since
/// another process settled its rows first, is nobody's.
/// </summary>
/// <param name="Id">Random: two processes never write the same block.</param>
/// <param name="Places">The rows it holds, by their place in the slice.</param>
internal sealed record BlockReference(long Id, IReadOnlyList<int> Places)
{
    private const int IdBytes = 8;

    public string SortKey => SortKeyOf(Id);

    public static BlockReference New(IEnumerable<int> places) =>
        new(BinaryPrimitives.ReadInt64BigEndian(Attributes.RandomBytes(IdBytes)), [.. places.Order()]);

    /// <summary>The id, then each place by its distance from the one before: a byte each, or three where it is far.</summary>
    public byte[] ToBytes()
    {
        var bytes = new List<byte>(IdBytes + Places.Count);
        Span<byte> id = stackalloc byte[IdBytes];
        BinaryPrimitives.WriteInt64BigEndian(id, Id);
        bytes.AddRange(id);
        var last = -1;
        foreach (var place in Places)
        {
            var step = place - last - 1;
            if (step < byte.MaxValue)
                bytes.Add((byte)step);
            else
                bytes.AddRange([byte.MaxValue, (byte)(step >> 8), (byte)step]);
            last = place;
        }

        return [.. bytes];
    }

    public static BlockReference Read(ReadOnlySpan<byte> bytes)
    {
        var places = new List<int>();
        var last = -1;
        for (var rest = bytes[IdBytes..]; rest.Length > 0;)
        {
            var far = rest[0] == byte.MaxValue;
            last += 1 + (far ? (rest[1] << 8) | rest[2] : rest[0]);
            places.Add(last);
            rest = rest[(far ? 3 : 1)..];
        }

        return new(BinaryPrimitives.ReadInt64BigEndian(bytes), places);
    }

    public static string SortKeyOf(long id) => string.Create(CultureInfo.InvariantCulture, $"BLOCK#{id:x16}");
}
