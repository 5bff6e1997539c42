using System.Buffers;
using System.Globalization;
using System.Text;

namespace WorkerFleet.Sources;

/// <summary>Says in one sentence what is wrong with a CSV or TSV record: on which line, what, and what to do.</summary>
internal readonly struct DelimitedProblems(SourceSpec spec, long line)
{
    private const string FieldCountAdvice = "put a field that contains the delimiter in quotes";
    private const string QuoteAdvice = "close it, or double it if it belongs to the text";

    public string Malformed(ReadOnlySpan<byte> window, SplitResult split, int field) => split.Outcome switch
    {
        SplitOutcome.QuoteNotClosed when window.Length > spec.MaxRowBytes => Text(
            $"the quote opened in field {field} is not closed within {spec.MaxRowBytes} bytes; {QuoteAdvice}."),
        SplitOutcome.QuoteNotClosed => Text(
            $"the quote opened in field {field} is never closed; {QuoteAdvice}."),
        SplitOutcome.QuoteInsideField => Text(
            $"field {field} has a quote inside but does not begin with one; put the field in quotes and double the quote."),
        SplitOutcome.TextAfterQuote => TextAfterQuote(window, split.At, field),
        _ => TooLong(),
    };

    public string TooLong() => Text(
        $"the row is longer than the {spec.MaxRowBytes} bytes a row may have; shorten it or raise the limit.");

    public string FieldCount(int found)
    {
        var fields = found == 1 ? "field" : "fields";
        var columns = spec.Columns.Count == 1 ? "column" : "columns";
        return Text(
            $"has {found} {fields}, but the source has {spec.Columns.Count} {columns}; {FieldCountAdvice}.");
    }

    public string Nul(ReadOnlySpan<byte> record)
    {
        var at = record.IndexOf((byte)0);
        return Where(record, at, "is NUL; remove it, or save the source as plain UTF-8 text.");
    }

    public string NotUtf8(ReadOnlySpan<byte> record)
    {
        var at = InvalidUtf8.IndexOf(record);
        var value = record[at].ToString("X2", CultureInfo.InvariantCulture);
        return Where(record, at, $"(0x{value}) is not valid UTF-8; save the source as UTF-8.");
    }

    private string TextAfterQuote(ReadOnlySpan<byte> window, int at, int field)
    {
        var found = Show(window[at..]);
        var lines = window[..at].Count((byte)'\n');
        const string advice = "double a quote that belongs to the text";
        if (lines == 0)
            return Text($"{found} follows the closing quote of field {field}; {advice}.");

        var where = FormattableString.Invariant($"closes on line {line + lines}, where {found} follows it");
        return Text($"the quote opened in field {field} {where}; close it on its own line, or {advice}.");
    }

    /// <summary>The sentence for a byte, which may be on a later line than the record begins.</summary>
    private string Where(ReadOnlySpan<byte> record, int at, string what)
    {
        var before = record[..at];
        var inLine = at - before.LastIndexOf((byte)'\n');
        return string.Create(
            CultureInfo.InvariantCulture, $"Line {line + before.Count((byte)'\n')}: byte {inLine} {what}");
    }

    private string Text(FormattableString what) => $"Line {line}: {FormattableString.Invariant(what)}";

    private static string Show(ReadOnlySpan<byte> bytes)
    {
        if (Rune.DecodeFromUtf8(bytes, out var rune, out _) != OperationStatus.Done)
            return $"byte 0x{bytes[0].ToString("X2", CultureInfo.InvariantCulture)}";
        return Rune.IsControl(rune)
            ? $"U+{rune.Value.ToString("X4", CultureInfo.InvariantCulture)}"
            : $"'{rune}'";
    }
}
