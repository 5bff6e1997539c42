namespace WorkerFleet.Sources;

public enum SourceFormat
{
    Csv,
    Tsv,
    Jsonl,
}

public enum BadRowPolicy
{
    /// <summary>A malformed row becomes a rejected item; the rest goes on.</summary>
    Reject,

    /// <summary>A malformed row fails the submission, before anything is dispatched.</summary>
    Fail,
}

/// <summary>How a source is to be read. Resolved: no value is guessed later.</summary>
public sealed record SourceSpec
{
    public SourceFormat Format { get; init; } = SourceFormat.Csv;

    /// <summary>ASCII character between fields; ignored for JSONL.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>ASCII character around fields; doubled inside. Ignored for JSONL; '\0' for none.</summary>
    public char Quote { get; init; } = '"';

    /// <summary>Names of the columns: from the header, or given. Empty for JSONL.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Whether the first record is the header. It is skipped even where the columns are given.</summary>
    public bool HasHeader { get; init; } = true;

    public BadRowPolicy OnBadRow { get; init; } = BadRowPolicy.Reject;

    /// <summary>Largest record, in bytes. Default 8 MiB. A longer one is rejected.</summary>
    public int MaxRowBytes { get; init; } = 8 * 1024 * 1024;
}
