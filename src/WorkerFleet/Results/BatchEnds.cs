using WorkerFleet.Batches;
using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>
/// Tells who wants to know in this process how a batch ended. At least once: an aggregation that is repeated tells it again.
/// </summary>
public sealed class BatchEnds(TimeProvider time)
{
    /// <summary>Subscribers must be quick, and must not throw.</summary>
    public event Action<BatchSummary>? Ended;

    /// <param name="batch">The batch.</param>
    /// <param name="status">Its final state.</param>
    /// <param name="counts">Of its rows.</param>
    /// <param name="exported">What summary.json says; null for a batch that leaves its results in the store: what only a pass
    /// over all rows would tell is left out.</param>
    internal void Tell(BatchState batch, string status, ItemCounts counts, BatchSummary? exported)
    {
        if (Ended is not { } ended)
            return;
        var duration = time.GetUtcNow() - batch.SubmittedAt;
        ended(exported ?? new BatchSummary
        {
            BatchId = batch.CorrelationId,
            Name = batch.Spec.Name,
            Status = status,
            EndReason = batch.EndReason,
            Complete = true,
            Rows = batch.TotalRows,
            Counts = counts,
            SubmittedAt = batch.SubmittedAt,
            DurationMs = Math.Max((long)duration.TotalMilliseconds, 0),
            RowsPerSecond = duration > TimeSpan.Zero ? Math.Round(counts.Settled / duration.TotalSeconds, 3) : 0,
        });
    }
}
