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

    /// <summary>Name of a file that is written while the batch runs.</summary>
    /// <param name="name">The name it may get in the end.</param>
    /// <param name="mark">Tells it from those of others.</param>
    internal static string Ahead(string name, string mark) => $".{name}.{mark}.ahead";
}
