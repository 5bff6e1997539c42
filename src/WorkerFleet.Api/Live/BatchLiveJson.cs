using WorkerFleet.Api.Contracts;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.Live;

/// <summary>How one batch stands at a moment: what the live streams carry.</summary>
/// <param name="Sequence">Grows with each sample, also over restarts: milliseconds since 1970, or one more than the
/// last.</param>
/// <param name="At">When it was read.</param>
/// <param name="Batch">The batch and its counts.</param>
/// <param name="RowsPerSecond">Rows settled a second over the last ten seconds; null until that is known.</param>
/// <param name="EtaSeconds">Until all rows are settled, at that rate; null where there is none.</param>
/// <param name="InFlight">Rows that workers work on, as their last heartbeats say.</param>
/// <param name="LatencyMs">Of the invocations of the last minute; null when there were none.</param>
/// <param name="Errors">The 20 most frequent causes of open dead letters.</param>
/// <param name="ProjectedCostUsd">
/// What all rows will have cost if the others cost as much as those that are settled; null where nothing is known of costs.
/// </param>
public sealed record BatchLiveJson(
    long Sequence,
    DateTimeOffset At,
    BatchJson Batch,
    double? RowsPerSecond,
    double? EtaSeconds,
    int InFlight,
    LatencyLiveJson? LatencyMs,
    IReadOnlyList<DeadLetterGroup> Errors,
    decimal? ProjectedCostUsd = null)
{
    private const int Digits = 6;

    public static decimal? ProjectCost(BatchJson batch) =>
        batch is { Usage.CostUsd: { } cost, Counts: { Settled: > 0, Pending: > 0 } counts }
            ? Math.Round(cost * batch.Rows / counts.Settled, Digits)
            : null;
}
