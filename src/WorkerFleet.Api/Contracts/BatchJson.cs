using WorkerFleet.Batches;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Contracts;

/// <summary>A batch as JSON.</summary>
/// <param name="Usage">What the rows that are settled used; null where that is not known.</param>
public sealed record BatchJson(
    Guid BatchId,
    string Name,
    string Owner,
    string Status,
    long Rows,
    ItemCounts Counts,
    long WaitingForRetry,
    bool Driven,
    int Round,
    DateTimeOffset SubmittedAt,
    DateTimeOffset? FinishedAt,
    string? EndReason,
    string? Output,
    string? OutputProblem,
    UsageJson? Usage = null)
{
    public static BatchJson Of(BatchProgress progress)
    {
        var batch = progress.Batch;
        return new BatchJson(
            batch.CorrelationId, batch.Spec.Name, batch.Spec.Owner, batch.CurrentState, batch.TotalRows,
            progress.Counts, progress.Waiting, progress.Driven, batch.Round, batch.SubmittedAt, batch.FinishedAt,
            batch.EndReason, batch.Output, batch.OutputProblem, UsageJson.Of(progress.Usage));
    }
}
