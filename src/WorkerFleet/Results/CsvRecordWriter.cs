using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace WorkerFleet.Results;

/// <summary>
/// Writes CSV as RFC 4180 has it, except that a record ends in a line feed alone, as lines do in the other files. Fields
/// are data: none is changed to please a spreadsheet, so that reading the file gives the values back.
/// </summary>
internal sealed class CsvRecordWriter(IBufferWriter<byte> buffer)
{
    // Blanks are quoted because some readers trim fields that are not.
    private static readonly SearchValues<byte> Special = SearchValues.Create(",\"\r\n \t"u8);
    private static readonly SearchValues<char> SpecialChars = SearchValues.Create(",\"\r\n \t");

    private bool _inRecord;

    public void Field(ReadOnlySpan<byte> utf8)
    {
        Separate();
        if (utf8.IndexOfAny(Special) < 0)
            buffer.Write(utf8);
        else
            Quoted(utf8);
    }

    public void Field(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny(SpecialChars) < 0)
        {
            Separate();
            Encoding.UTF8.GetBytes(text, buffer);
            return;
        }
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Field(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    public void Field(long number)
    {
        Separate();
        Utf8Formatter.TryFormat(number, buffer.GetSpan(20), out var written);
        buffer.Advance(written);
    }

    public void Field(double number)
    {
        Separate();
        Utf8Formatter.TryFormat(number, buffer.GetSpan(32), out var written);
        buffer.Advance(written);
    }

    public void EmptyField() => Separate();

    public void EndRecord()
    {
        buffer.Write("\n"u8);
        _inRecord = false;
    }

    private void Separate()
    {
        if (_inRecord)
            buffer.Write(","u8);
        _inRecord = true;
    }

    private void Quoted(ReadOnlySpan<byte> utf8)
    {
        buffer.Write("\""u8);
        while (utf8.IndexOf((byte)'"') is >= 0 and var quote)
        {
            buffer.Write(utf8[..(quote + 1)]);
            buffer.Write("\""u8);
            utf8 = utf8[(quote + 1)..];
        }
        buffer.Write(utf8);
        buffer.Write("\""u8);
    }
}
