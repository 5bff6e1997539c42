using System.Buffers;

namespace WorkerFleet.Results;

/// <summary>
/// Makes valid JSON fit on one line: as it is where it has no line breaks, else without the white space between its
/// tokens. Values stay as they are; a string cannot hold a line break other than escaped.
/// </summary>
internal static class CompactJson
{
    private static readonly SearchValues<byte> QuoteOrSpace = SearchValues.Create("\" \t\r\n"u8);
    private static readonly SearchValues<byte> QuoteOrBackslash = SearchValues.Create("\"\\"u8);

    /// <returns><paramref name="json"/> itself where there is nothing to take out, which is the usual case.</returns>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> scratch)
    {
        if (json.IndexOfAny((byte)'\n', (byte)'\r') < 0)
            return json;
        var from = 0;
        var at = 0;
        scratch.ResetWrittenCount();
        while (NextSpace(json, ref at))
        {
            scratch.Write(json[from..at]);
            from = ++at;
        }
        scratch.Write(json[from..]);
        return scratch.WrittenSpan;
    }

    /// <summary>Moves to the next white space outside strings; false at the end.</summary>
    private static bool NextSpace(ReadOnlySpan<byte> json, ref int at)
    {
        while (true)
        {
            var next = json[at..].IndexOfAny(QuoteOrSpace);
            if (next < 0)
                return false;
            at += next;
            if (json[at] != '"')
                return true;
            at = BehindString(json, at + 1);
        }
    }

    private static int BehindString(ReadOnlySpan<byte> json, int at)
    {
        while (true)
        {
            var next = json[at..].IndexOfAny(QuoteOrBackslash);
            if (next < 0)
                return json.Length;
            at += next;
            if (json[at] == '"')
                return at + 1;
            at = Math.Min(at + 2, json.Length);
        }
    }
}
