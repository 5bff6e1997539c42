using System.Text.Json;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>One record of a source: its fields, or why it has none.</summary>
public sealed class SourceRow
{
    /// <summary>Where the row starts.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Where the next one starts.</summary>
    public required SourcePosition Next { get; init; }

    /// <summary>CSV and TSV: the columns, shared by all rows, and this row's values in their order.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>JSONL: the object.</summary>
    public JsonElement? Json { get; init; }

    /// <summary>Why the row cannot be used, with its line number; null when it can.</summary>
    public string? BadRow { get; init; }
}
