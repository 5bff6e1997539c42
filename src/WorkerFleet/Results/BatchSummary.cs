using System.Text.Json.Serialization;
using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>What summary.json holds.</summary>
public sealed record BatchSummary
{
    public required Guid BatchId { get; init; }

    public required string Name { get; init; }

    /// <summary>The batch's state when this was written; its final one in a complete export.</summary>
    public required string Status { get; init; }

    public string? EndReason { get; init; }

    /// <summary>Whether every row is settled.</summary>
    public required bool Complete { get; init; }

    public required long Rows { get; init; }

    public required ItemCounts Counts { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From submission to the last settled row, in milliseconds.</summary>
    public long DurationMs { get; init; }

    /// <summary>Settled rows a second over that time.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>Attempts that ended, over all rows.</summary>
    public long Attempts { get; init; }

    /// <summary>Duration of the last attempt of each row that has one; null when no row has.</summary>
    public LatencySummary? LatencyMs { get; init; }

    /// <summary>What the rows used; null, and left out, when that is not known of any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageSummary? Usage { get; init; }

    /// <summary>How the answers compare with the right ones; null, and left out, for a batch that says nothing of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AccuracySummary? Accuracy { get; init; }

    /// <summary>Rows that did not succeed, grouped by cause, the most frequent first; at most 100, and "other" for the
    /// rest.</summary>
    public IReadOnlyList<ErrorGroupSummary> Errors { get; init; } = [];
}

/// <summary>Milliseconds.</summary>
public sealed record LatencySummary(double P50, double P90, double P95, double P99, double Max, double Mean);

/// <param name="Group">The cause's id, as dead letters have it, or "other" for all causes beyond the limit.</param>
/// <param name="Kind">Class of the failure; null for "other".</param>
/// <param name="Message">Message of the first one.</param>
/// <param name="Count">Rows.</param>
public sealed record ErrorGroupSummary(string Group, Items.FailureKind? Kind, string Message, long Count);
