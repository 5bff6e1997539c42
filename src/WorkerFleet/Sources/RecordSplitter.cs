namespace WorkerFleet.Sources;

internal enum SplitOutcome
{
    Complete,

    /// <summary>Not over within the window; more bytes may follow.</summary>
    Incomplete,

    /// <summary>Not over within the window, outside quotes, and the window is as long as a record may be.</summary>
    TooLong,

    /// <summary>The window, which is all there can be of the record, ends inside quotes.</summary>
    QuoteNotClosed,

    /// <summary>A field that does not begin with a quote has one.</summary>
    QuoteInsideField,

    /// <summary>Neither delimiter nor line end behind a closing quote.</summary>
    TextAfterQuote,
}

/// <param name="Outcome">How it went.</param>
/// <param name="Content">Bytes of the record without its line end.</param>
/// <param name="Length">Bytes of the record with it.</param>
/// <param name="At">Where it went wrong.</param>
internal readonly record struct SplitResult(SplitOutcome Outcome, int Content, int Length, int At);

/// <param name="Start">First byte of the value, behind the quote.</param>
/// <param name="Length">Bytes of the value, without the quotes around it.</param>
/// <param name="HasDoubledQuotes">Whether doubled quotes stand for single ones in it.</param>
internal readonly record struct FieldRange(int Start, int Length, bool HasDoubledQuotes);

/// <summary>Splits the record at the beginning of a window of bytes into its fields. Delimiter and quote are ASCII.</summary>
/// <param name="delimiter">Between fields.</param>
/// <param name="quote">Around fields; 0 for none.</param>
internal sealed class RecordSplitter(byte delimiter, byte quote)
{
    /// <summary>Bytes of the longest character in UTF-8.</summary>
    private const int LongestCharacter = 4;

    private FieldRange[] _fields = new FieldRange[16];

    public int FieldCount { get; private set; }

    public FieldRange Field(int index) => _fields[index];

    public SplitResult Split(ReadOnlySpan<byte> window, WindowEnd end)
    {
        FieldCount = 0;
        var at = 0;
        while (true)
        {
            var outcome = quote != 0 && at < window.Length && window[at] == quote
                ? Quoted(window, end, ref at)
                : Plain(window, end, ref at);
            if (outcome is { } result)
                return result;
        }
    }

    /// <summary>Takes one field; null when another one follows at <paramref name="at"/>.</summary>
    private SplitResult? Plain(ReadOnlySpan<byte> window, WindowEnd end, ref int at)
    {
        var rest = window[at..];
        var length = quote == 0
            ? rest.IndexOfAny(delimiter, (byte)'\n')
            : rest.IndexOfAny(delimiter, (byte)'\n', quote);
        if (length < 0)
        {
            if (end != WindowEnd.EndOfSource)
                return Unfinished(end, SplitOutcome.TooLong, at);
            Add(at, rest.Length, false);
            return new SplitResult(SplitOutcome.Complete, window.Length, window.Length, 0);
        }

        var stop = at + length;
        if (window[stop] == delimiter)
        {
            Add(at, length, false);
            at = stop + 1;
            return null;
        }

        if (window[stop] != '\n')
            return new SplitResult(SplitOutcome.QuoteInsideField, 0, 0, stop);

        if (length > 0 && window[stop - 1] == '\r')
            length--;
        Add(at, length, false);
        return new SplitResult(SplitOutcome.Complete, at + length, stop + 1, 0);
    }

    /// <summary>Takes one field; null when another one follows at <paramref name="at"/>.</summary>
    private SplitResult? Quoted(ReadOnlySpan<byte> window, WindowEnd end, ref int at)
    {
        var opened = at;
        var stop = opened + 1;
        var hasDoubledQuotes = false;
        while (true)
        {
            var length = window[stop..].IndexOf(quote);
            if (length < 0)
                return Unfinished(end, SplitOutcome.QuoteNotClosed, opened);

            stop += length + 1;
            if (stop == window.Length || window[stop] != quote)
                break;
            hasDoubledQuotes = true;
            stop++;
        }

        // stop is behind the closing quote.
        Add(opened + 1, stop - opened - 2, hasDoubledQuotes);
        if (stop == window.Length)
        {
            return end == WindowEnd.EndOfSource
                ? new SplitResult(SplitOutcome.Complete, stop, stop, 0)
                : Unfinished(end, SplitOutcome.TooLong, stop);
        }

        if (window[stop] == delimiter)
        {
            at = stop + 1;
            return null;
        }

        if (window[stop] == '\n')
            return new SplitResult(SplitOutcome.Complete, stop, stop + 1, 0);
        if (window[stop] == '\r')
        {
            if (stop + 1 < window.Length && window[stop + 1] == '\n')
                return new SplitResult(SplitOutcome.Complete, stop, stop + 2, 0);
            if (stop + 1 == window.Length && end != WindowEnd.EndOfSource)
                return Unfinished(end, SplitOutcome.TooLong, stop);
        }

        // The message shows the character, so it has to be there as a whole, however the bytes come in.
        FieldCount--;
        return end == WindowEnd.Open && window.Length - stop < LongestCharacter
            ? Unfinished(end, SplitOutcome.TextAfterQuote, stop)
            : new SplitResult(SplitOutcome.TextAfterQuote, 0, 0, stop);
    }

    private static SplitResult Unfinished(WindowEnd end, SplitOutcome outcome, int at) =>
        new(end == WindowEnd.Open ? SplitOutcome.Incomplete : outcome, 0, 0, at);

    private void Add(int start, int length, bool hasDoubledQuotes)
    {
        if (FieldCount == _fields.Length)
            Array.Resize(ref _fields, FieldCount * 2);
        _fields[FieldCount++] = new FieldRange(start, length, hasDoubledQuotes);
    }
}
