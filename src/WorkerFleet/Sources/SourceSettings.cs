namespace WorkerFleet.Sources;

/// <summary>What a user can say about a source; null means: detect, or the default.</summary>
public sealed record SourceSettings
{
    /// <summary>Shown in messages: the path as the user wrote it, or <c>standard input</c>.</summary>
    public required string DisplayName { get; init; }

    /// <summary>By default from the file name: .csv, .tsv, .tab, .jsonl or .ndjson; standard input has to name it.</summary>
    public SourceFormat? Format { get; init; }

    /// <summary>By default a comma for CSV, a tab for TSV.</summary>
    public char? Delimiter { get; init; }

    /// <summary>By default a double quote for CSV and none for TSV; '\0' for none.</summary>
    public char? Quote { get; init; }

    /// <summary>Column names. Given without <see cref="Header"/>, the source is taken to have no header.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Whether the first record is a header. With <see cref="Columns"/>, these replace its names.</summary>
    public bool? Header { get; init; }

    public BadRowPolicy OnBadRow { get; init; } = BadRowPolicy.Reject;

    /// <summary>1 byte to 256 MiB; by default 8 MiB.</summary>
    public int? MaxRowBytes { get; init; }
}
