namespace WorkerFleet.Sources;

/// <summary>What the first bytes of a source give away.</summary>
internal static class SourceHead
{
    /// <summary>Bytes that are enough to judge by.</summary>
    public const int Bytes = 6;

    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Why the source cannot be text in UTF-8; null when it can.</summary>
    public static string? Judge(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return "is empty.";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return "is UTF-16; save it as UTF-8.";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return Compressed("gzip");
        if (head.StartsWith("PK\u0003\u0004"u8))
            return "is compressed (zip); unpack it first, or save a spreadsheet as CSV.";
        if (head.StartsWith("BZh"u8))
            return Compressed("bzip2");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
            return Compressed("zstd");
        return head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0])
            ? Compressed("xz")
            : null;
    }

    private static string Compressed(string how) => $"is compressed ({how}); unpack it first.";
}
