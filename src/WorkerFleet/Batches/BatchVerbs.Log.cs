using Microsoft.Extensions.Logging;

namespace WorkerFleet.Batches;

/// <summary>The milestones of a batch: one line each.</summary>
public sealed partial class BatchVerbs
{
    [LoggerMessage(1001, LogLevel.Information, "Batch {BatchId} ends early: {Reason}")]
    private partial void LogEnding(Guid batchId, string reason);

    [LoggerMessage(1002, LogLevel.Information,
        "Batch {BatchId} finished as {Status} after {Seconds:0.0} s: {Succeeded} succeeded, {Failed} failed, "
        + "{Rejected} rejected, {Cancelled} cancelled")]
    private partial void LogFinished(
        Guid batchId, string status, double seconds, long succeeded, long failed, long rejected, long cancelled);

    [LoggerMessage(1003, LogLevel.Warning,
        "Batch {BatchId} counted {Marked} settled slices where the ledger has {Settled}; repaired")]
    private partial void LogRecounted(Guid batchId, int marked, int settled);

    [LoggerMessage(1810, LogLevel.Information, "Batch {BatchId} ({Name}) of {Owner} was submitted with {Rows} rows")]
    private partial void LogSubmitted(Guid batchId, string name, string owner, long rows);

    [LoggerMessage(1811, LogLevel.Information, "Batch {BatchId} is dispatched: {Rows} rows in {Slices} slices")]
    private partial void LogDispatched(Guid batchId, long rows, int slices);

    [LoggerMessage(1812, LogLevel.Information, "Batch {BatchId} is replayed, round {Round}: {Items} items run again")]
    private partial void LogReplayed(Guid batchId, int round, long items);
}
