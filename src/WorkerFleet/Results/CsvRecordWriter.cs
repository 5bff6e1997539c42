using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace WorkerFleet.Results;

/// <summary>
/// Writes CSV as RFC 4180 has it, except that a record ends in a line feed alone, as lines do in the other files. Text
/// that a spreadsheet would take for a formula gets an apostrophe before it, since a double click hands a file straight to
/// one, and its values come from strangers. Numbers stay as they are.
/// </summary>
/// <param name="file">Gets the records.</param>
internal sealed class CsvRecordWriter(OutputFile file)
{
    private const int NumberBytes = 32;
    private const int ScratchBytes = 4 * 1024;
    private const int KeptScratchBytes = 64 * 1024;

    private byte[] _scratch = new byte[ScratchBytes];
    private bool _inRecord;

    public void Field(ReadOnlySpan<byte> utf8)
    {
        var to = file.GetSpan(checked(2 * utf8.Length + 4));
        var start = Separate(to);
        var quoted = NeedsQuotes(utf8);
        var escaped = IsFormula(utf8);
        if (quoted)
            to[start++] = (byte)'"';
        if (escaped)
            to[start++] = (byte)'\'';
        file.Advance(quoted ? Quote(utf8, to, start) : Copy(utf8, to, start));
    }

    public void Field(ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > _scratch.Length || _scratch.Length > KeptScratchBytes)
            _scratch = new byte[Math.Max(most, ScratchBytes)];
        Field(_scratch.AsSpan(0, Encoding.UTF8.GetBytes(text, _scratch)));
    }

    public void Field(long number)
    {
        var to = file.GetSpan(NumberBytes);
        var start = Separate(to);
        Utf8Formatter.TryFormat(number, to[start..], out var written);
        file.Advance(start + written);
    }

    public void Field(double number)
    {
        var to = file.GetSpan(NumberBytes);
        var start = Separate(to);
        Utf8Formatter.TryFormat(number, to[start..], out var written);
        file.Advance(start + written);
    }

    public void Field(decimal number)
    {
        var to = file.GetSpan(NumberBytes);
        var start = Separate(to);
        Utf8Formatter.TryFormat(number, to[start..], out var written);
        file.Advance(start + written);
    }

    public void EmptyField() => file.Advance(Separate(file.GetSpan(1)));

    public void EndRecord()
    {
        file.Write("\n"u8);
        _inRecord = false;
    }

    /// <returns>Where the field begins: behind the separator, if it is not the first of its record.</returns>
    private int Separate(Span<byte> to)
    {
        to[0] = (byte)',';
        var start = _inRecord ? 1 : 0;
        _inRecord = true;
        return start;
    }

    private static int Copy(ReadOnlySpan<byte> utf8, Span<byte> to, int start)
    {
        utf8.CopyTo(to[start..]);
        return start + utf8.Length;
    }

    /// <summary>What Excel, Calc and Sheets calculate. A number with a sign is none.</summary>
    private static bool IsFormula(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8[0] is not ((byte)'=' or (byte)'+' or (byte)'-' or (byte)'@' or (byte)'\t' or (byte)'\r'
            or (byte)'\n'))
            return utf8.StartsWith("＝"u8) || utf8.StartsWith("＋"u8) || utf8.StartsWith("－"u8) || utf8.StartsWith("＠"u8);
        return utf8[0] is not ((byte)'+' or (byte)'-')
            || !Utf8Parser.TryParse(utf8, out double _, out var read) || read != utf8.Length;
    }

    // An export runs once in the life of most processes: without the attribute, a large part of it would run before the
    // loops over every byte are compiled well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool NeedsQuotes(ReadOnlySpan<byte> utf8)
    {
        // Blanks count because some readers trim fields that are not quoted.
        foreach (var b in utf8)
            if (b is (byte)',' or (byte)'"' or (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t')
                return true;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Quote(ReadOnlySpan<byte> utf8, Span<byte> to, int start)
    {
        foreach (var b in utf8)
        {
            if (b == '"')
                to[start++] = b;
            to[start++] = b;
        }
        to[start++] = (byte)'"';
        return start;
    }
}
