namespace WorkerFleet.AgentCore;

/// <summary>Reads bodies whose length somebody else decides, without ever holding more than the limit.</summary>
internal static class BoundedBody
{
    private const int ChunkBytes = 16 * 1024;

    /// <summary>The whole body, or null when it is longer than <paramref name="maxBytes"/>.</summary>
    public static async Task<byte[]?> ReadAllAsync(
        HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
            return null;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        // An announced length is believed only as far as it costs little.
        if (content.Headers.ContentLength is { } length and <= ChunkBytes)
        {
            var exact = new byte[length];
            await stream.ReadExactlyAsync(exact, cancellationToken);
            return exact;
        }
        using var buffer = new MemoryStream();
        return await CopyAsync(stream, buffer, maxBytes, cancellationToken) ? buffer.ToArray() : null;
    }

    /// <summary>The first <paramref name="maxBytes"/> of the body, or all of it.</summary>
    public static async Task<byte[]> ReadStartAsync(
        HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[maxBytes];
        var length = await stream.ReadAtLeastAsync(buffer, maxBytes, throwOnEndOfStream: false, cancellationToken);
        return buffer[..length];
    }

    private static async Task<bool> CopyAsync(
        Stream source, MemoryStream target, int maxBytes, CancellationToken cancellationToken)
    {
        var chunk = new byte[ChunkBytes];
        int read;
        while ((read = await source.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (target.Length + read > maxBytes)
                return false;
            target.Write(chunk, 0, read);
        }
        return true;
    }
}
