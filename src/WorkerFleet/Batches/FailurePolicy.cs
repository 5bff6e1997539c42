using System.Globalization;
using WorkerFleet.Ledger;

namespace WorkerFleet.Batches;

/// <summary>When failures end a batch early. Rejected rows count as failures here. By default none do.</summary>
public sealed record FailurePolicy
{
    /// <summary>End the batch as failed once more items than this have failed. Null: no limit.</summary>
    public long? ToleratedCount { get; init; }

    /// <summary>End the batch as failed once more than this percentage of all its rows has failed, 0 to 100. Null: no limit.</summary>
    public double? ToleratedPercentage { get; init; }

    /// <summary>End the batch as failed on the first failed item.</summary>
    public bool StopOnFirst { get; init; }

    /// <summary>Whether there is any limit to check.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Limits => StopOnFirst || ToleratedCount is not null || ToleratedPercentage is not null;

    /// <summary>Why the batch has to stop with these counts; null when it may go on.</summary>
    /// <param name="counts">Items by state.</param>
    /// <param name="totalRows">All rows of the source, the percentage's whole.</param>
    /// <param name="forgiven">Failures that do not count.</param>
    public string? ReasonToStop(ItemCounts counts, long totalRows, long forgiven = 0)
    {
        var failed = counts.Failed + counts.Rejected - forgiven;
        if (StopOnFirst && failed > 0)
            return "an item failed, and the batch was to stop on the first failure";
        if (ToleratedCount is { } count && failed > count)
            return $"{failed} items failed, more than the {count} that are tolerated";
        if (ToleratedPercentage is { } percentage && failed * 100.0 > percentage * totalRows)
            return string.Create(CultureInfo.InvariantCulture,
                $"{failed} of {totalRows} items failed, more than the {percentage} % that are tolerated");
        return null;
    }
}
