using System.Buffers.Binary;
using System.IO.Compression;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Blobs;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>Values of any size in a record: compressed when that saves a unit, and in a blob when a record cannot hold them.</summary>
internal sealed class LargeValues(IBlobStore blobs)
{
    /// <summary>Above, in bytes, a value is compressed.</summary>
    private const int Small = 700;

    /// <summary>Above, in bytes and compressed, a value goes to the blob store.</summary>
    private const int Large = 200 * 1024;

    private const string BlobSuffix = "Blob";
    private const string PackedSuffix = "Packed";

    /// <param name="item">Gets the value.</param>
    /// <param name="name">Of the attribute.</param>
    /// <param name="value">The value.</param>
    /// <param name="blobPrefix">Where a blob would be; each write has a blob of its own, for records are replaced under readers.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task PutAsync(
        Dictionary<string, AttributeValue> item, string name, byte[] value, string blobPrefix,
        CancellationToken cancellationToken)
    {
        if (value.Length <= Small)
        {
            item[name] = Attributes.Bytes(value);
            return;
        }

        var packed = Pack(value);
        if (packed.Length <= Large)
        {
            item[name + PackedSuffix] = Attributes.Bytes(packed);
            return;
        }

        var blob = $"{blobPrefix}{Convert.ToHexStringLower(Attributes.RandomBytes(8))}";
        using var content = new MemoryStream(packed, writable: false);
        await blobs.PutAsync(blob, content, cancellationToken);
        item[name + BlobSuffix] = Attributes.Text(blob);
    }

    public async Task<byte[]> GetAsync(
        Dictionary<string, AttributeValue> item, string name, CancellationToken cancellationToken)
    {
        if (item.ReadBytesOrNull(name) is { } value)
            return value;
        if (item.ReadBytesOrNull(name + PackedSuffix) is { } packed)
            return Unpack(packed);
        if (item.ReadTextOrNull(name + BlobSuffix) is not { } blob)
            return [];
        try
        {
            await using var stream = await blobs.OpenReadAsync(blob, 0, cancellationToken);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, cancellationToken);
            return Unpack(content.ToArray());
        }
        catch (FileNotFoundException exception)
        {
            throw new StoreException(StoreFault.Corrupt, $"There is no blob '{blob}' any more, which a record names.", exception);
        }
    }

    /// <summary>After the record is gone, or was replaced.</summary>
    public Task DeleteBlobAsync(
        Dictionary<string, AttributeValue>? item, string name, CancellationToken cancellationToken) =>
        item?.ReadTextOrNull(name + BlobSuffix) is { } blob ? blobs.DeleteAsync(blob, cancellationToken) : Task.CompletedTask;

    private static byte[] Pack(byte[] value)
    {
        var packed = new byte[4 + BrotliEncoder.GetMaxCompressedLength(value.Length)];
        BinaryPrimitives.WriteInt32BigEndian(packed, value.Length);
        if (!BrotliEncoder.TryCompress(value, packed.AsSpan(4), out var length, quality: 4, window: 18))
            throw new InvalidOperationException("A buffer of the greatest compressed length was too small.");
        return packed[..(4 + length)];
    }

    private static byte[] Unpack(byte[] packed)
    {
        var value = new byte[BinaryPrimitives.ReadInt32BigEndian(packed)];
        if (!BrotliDecoder.TryDecompress(packed.AsSpan(4), value, out var length) || length != value.Length)
            throw new StoreException(StoreFault.Corrupt, "A record's value cannot be decompressed.");
        return value;
    }
}
