namespace WorkerFleet.Sources;

/// <summary>Turns what the user said about a source, and its name, into how it is read.</summary>
internal static class SourceSpecResolver
{
    /// <summary>Largest row limit: two buffers of twice this size have to fit.</summary>
    private const int LargestMaxRowBytes = 256 * 1024 * 1024;

    /// <summary>The spec, with the columns only where they were given; or a problem, said of the source.</summary>
    public static (SourceSpec Spec, string? Problem) Resolve(SourceSettings settings)
    {
        var format = settings.Format ?? FromName(settings.DisplayName);
        if (format is null)
            return (new SourceSpec(), "does not show its format by its name; give 'format': csv, tsv or jsonl.");

        var defaults = new SourceSpec();
        var isTsv = format == SourceFormat.Tsv;
        var spec = new SourceSpec
        {
            Format = format.Value,
            Delimiter = settings.Delimiter ?? (isTsv ? '\t' : defaults.Delimiter),
            Quote = settings.Quote ?? (isTsv ? '\0' : defaults.Quote),
            Columns = settings.Columns ?? [],
            HasHeader = format != SourceFormat.Jsonl && (settings.Header ?? settings.Columns is null),
            OnBadRow = settings.OnBadRow,
            MaxRowBytes = settings.MaxRowBytes ?? defaults.MaxRowBytes,
        };
        return (spec, Judge(settings, spec));
    }

    private static SourceFormat? FromName(string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".CSV" => SourceFormat.Csv,
        ".TSV" or ".TAB" => SourceFormat.Tsv,
        ".JSONL" or ".NDJSON" => SourceFormat.Jsonl,
        _ => null,
    };

    private static string? Judge(SourceSettings settings, SourceSpec spec)
    {
        if (spec.MaxRowBytes is < 1 or > LargestMaxRowBytes)
            return $"cannot have a row limit of {spec.MaxRowBytes} bytes; it is 1 to {LargestMaxRowBytes}.";
        return spec.Format == SourceFormat.Jsonl ? JudgeJsonl(settings) : JudgeDelimited(settings, spec);
    }

    private static string? JudgeJsonl(SourceSettings settings)
    {
        var option = settings switch
        {
            { Columns: not null } => "columns",
            { Delimiter: not null } => "a delimiter",
            { Quote: not null } => "a quote",
            { Header: true } => "a header",
            _ => null,
        };
        return option is null ? null : $"is JSONL, which has no use for {option}; only CSV and TSV do.";
    }

    private static string? JudgeDelimited(SourceSettings settings, SourceSpec spec)
    {
        if (!char.IsAscii(spec.Delimiter) || spec.Delimiter is '\r' or '\n' or '\0')
            return $"cannot have the delimiter {Show(spec.Delimiter)}; it is one ASCII character and no line end.";
        if (!char.IsAscii(spec.Quote) || spec.Quote is '\r' or '\n')
            return $"cannot have the quote {Show(spec.Quote)}; it is one ASCII character and no line end.";
        if (spec.Quote == spec.Delimiter)
            return $"cannot have {Show(spec.Quote)} as delimiter and as quote.";
        if (settings is { Columns: null, Header: false })
            return "has no header, so name its columns: give 'columns'.";
        return settings.Columns is { } columns
            ? ColumnNames.Judge(columns) is { } problem ? $"cannot have these columns: {problem}" : null
            : null;
    }

    private static string Show(char value) => char.IsControl(value) || !char.IsAscii(value)
        ? $"U+{(int)value:X4}"
        : $"'{value}'";
}
