using System.Text;
using System.Text.Unicode;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>
/// CSV and TSV by RFC 4180, with the delimiter and the quote of the spec. A record ends with LF or CR LF; a CR alone is
/// data. An empty line is no row. A malformed record ends with its first physical line, so that one stray quote costs one
/// line and not all lines up to the next quote.
/// </summary>
internal sealed class DelimitedFormat(SourceSpec spec) : IRecordFormat
{
    private readonly RecordSplitter _splitter = new((byte)spec.Delimiter, (byte)spec.Quote);
    private readonly string _doubledQuote = new(spec.Quote, 2);
    private readonly string _quote = spec.Quote.ToString();

    public RecordFrame Parse(ReadOnlySpan<byte> window, WindowEnd end, long line)
    {
        if (window[0] == '\n')
            return RecordFrame.Blank(1);
        if (window.StartsWith("\r\n"u8))
            return RecordFrame.Blank(2);

        var split = _splitter.Split(window, end);
        if (split.Outcome == SplitOutcome.Incomplete)
            return RecordFrame.Incomplete;

        var problems = new DelimitedProblems(spec, line);
        if (split.Outcome != SplitOutcome.Complete)
            return RecordFrame.FirstLine(window, end, problems.Malformed(window, split, _splitter.FieldCount + 1));
        if (split.Content > spec.MaxRowBytes)
            return RecordFrame.FirstLine(window, end, problems.TooLong());

        var record = window[..split.Content];
        var problem = Judge(record, problems);
        return new RecordFrame(problem is null ? FrameKind.Good : FrameKind.Bad, split.Length, split.Content, problem);
    }

    public SourceRow CreateRow(ReadOnlySpan<byte> record, SourcePosition position, SourcePosition next) =>
        new() { Position = position, Next = next, Columns = spec.Columns, Values = Values(record) };

    /// <summary>The values of the record that was parsed last.</summary>
    public string[] Values(ReadOnlySpan<byte> record)
    {
        var values = new string[_splitter.FieldCount];
        for (var index = 0; index < values.Length; index++)
        {
            var field = _splitter.Field(index);
            var value = Encoding.UTF8.GetString(record.Slice(field.Start, field.Length));
            values[index] = field.HasDoubledQuotes
                ? value.Replace(_doubledQuote, _quote, StringComparison.Ordinal)
                : value;
        }

        return values;
    }

    private string? Judge(ReadOnlySpan<byte> record, in DelimitedProblems problems)
    {
        if (record.Contains((byte)0))
            return problems.Nul(record);
        if (!Utf8.IsValid(record))
            return problems.NotUtf8(record);

        // No columns: the record is the header itself.
        var expected = spec.Columns.Count;
        return expected == 0 || expected == _splitter.FieldCount ? null : problems.FieldCount(_splitter.FieldCount);
    }
}
