namespace WorkerFleet.Results;

/// <summary>Names of the output files.</summary>
public static class ExportFileNames
{
    public const string Results = "results.jsonl";
    public const string Table = "results.csv";
    public const string Failures = "failures.jsonl";
    public const string Summary = "summary.json";
    public const string Manifest = "manifest.json";

    /// <summary>All but the manifest, in the order in which it lists them.</summary>
    internal static readonly IReadOnlyList<string> Content = [Results, Table, Failures, Summary];

    /// <summary>Name of a file that is being written. The same in every export, so that one that crashed leaves at most
    /// what the next one overwrites.</summary>
    internal static string Partial(string name) => $".{name}{PartialEnd}";

    /// <summary>The name that a file being written will get; null for a name that is not such a file's.</summary>
    internal static string? FinalOf(string partial) =>
        partial.StartsWith('.') && partial.EndsWith(PartialEnd, StringComparison.Ordinal)
            ? partial[1..^PartialEnd.Length]
            : null;

    private const string PartialEnd = ".partial";
}
