using System.IO.Compression;
using System.Text.Json;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>The bytes of a block: its outcomes, one behind the other, compressed together.</summary>
internal static class BlockContent
{
    /// <summary>For the version that changes the form.</summary>
    private const byte Form = 1;

    private const int Quality = 6;
    private const int Window = 18;

    public static byte[] Write(IEnumerable<StoredOutcome> outcomes)
    {
        using var plain = new MemoryStream();
        using (var writer = new BinaryWriter(plain, System.Text.Encoding.UTF8, leaveOpen: true))
            foreach (var (record, output) in outcomes)
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(record, FleetJson.Options);
                writer.Write7BitEncodedInt(json.Length);
                writer.Write(json);
                writer.Write7BitEncodedInt(output.Length);
                writer.Write(output.Span);
            }

        var source = plain.GetBuffer().AsSpan(0, (int)plain.Length);
        var bytes = new byte[5 + BrotliEncoder.GetMaxCompressedLength(source.Length)];
        bytes[0] = Form;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), source.Length);
        if (!BrotliEncoder.TryCompress(source, bytes.AsSpan(5), out var length, Quality, Window))
            throw new InvalidOperationException("A buffer of the greatest compressed length was too small.");
        return bytes[..(5 + length)];
    }

    public static List<StoredOutcome> Read(byte[] bytes)
    {
        if (bytes.Length < 5 || bytes[0] != Form)
            throw new StoreException(
                StoreFault.NewerSchema, "A block of results has a form that this version of fleet does not know. Update it.");
        var plain = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1))];
        if (!BrotliDecoder.TryDecompress(bytes.AsSpan(5), plain, out var length) || length != plain.Length)
            throw new StoreException(StoreFault.Corrupt, "A block of results cannot be decompressed.");
        var outcomes = new List<StoredOutcome>();
        using var stream = new MemoryStream(plain, writable: false);
        using var reader = new BinaryReader(stream);
        while (stream.Position < stream.Length)
        {
            var json = reader.Read7BitEncodedInt();
            var record = JsonSerializer.Deserialize<OutcomeRecord>(
                plain.AsSpan((int)stream.Position, json), FleetJson.Options)!;
            stream.Position += json;
            var output = reader.Read7BitEncodedInt();
            outcomes.Add(new(record, plain.AsMemory((int)stream.Position, output)));
            stream.Position += output;
        }

        return outcomes;
    }
}
