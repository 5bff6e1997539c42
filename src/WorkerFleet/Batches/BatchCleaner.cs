using WorkerFleet.Blobs;
using WorkerFleet.DeadLetters;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Batches;

/// <summary>Deletes what is left of batches that are over.</summary>
public sealed class BatchCleaner(
    IBatchStore batches, ILedger ledger, IDeadLetters deadLetters, ISchedule schedule, IBlobStore blobs,
    IBatchDrivers drivers)
{
    /// <summary>
    /// Deletes finished batches that ended before <paramref name="finishedBefore"/>: records, journal, source; not the
    /// exported results. A batch that some process drives stays. Repeatable after a crash.
    /// </summary>
    /// <returns>The batches that were (or, with <paramref name="dryRun"/>, would be) deleted, the newest first.</returns>
    public async Task<IReadOnlyList<BatchState>> CleanAsync(
        DateTimeOffset finishedBefore, bool dryRun, CancellationToken cancellationToken)
    {
        var cleaned = new List<BatchState>();
        await foreach (var batch in batches.ReadAllAsync(unfinishedOnly: false, cancellationToken))
            if (IsOver(batch, finishedBefore)
                && await TryCleanAsync(batch.CorrelationId, finishedBefore, dryRun, cancellationToken))
                cleaned.Add(batch);
        return cleaned;
    }

    private async Task<bool> TryCleanAsync(
        Guid batchId, DateTimeOffset finishedBefore, bool dryRun, CancellationToken cancellationToken)
    {
        if (dryRun)
            return !drivers.ByOneProcess || !drivers.IsDriven(batchId);
        // Held while deleting, so that nobody takes the batch up for a replay meanwhile.
        using var held = drivers.TryTake(batchId);
        if (held is null)
            return false;
        var batch = await batches.FindAsync(batchId, cancellationToken);
        if (batch is null || !IsOver(batch, finishedBefore))
            return false;
        await DeleteAsync(batch, cancellationToken);
        return true;
    }

    /// <summary>The batch goes last: as long as anything of it is there, the next clean finds it and goes on.</summary>
    private async Task DeleteAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var batchId = batch.CorrelationId;
        await schedule.DeleteBatchAsync(batchId, cancellationToken);
        await deadLetters.DeleteBatchAsync(batchId, cancellationToken);
        await ledger.DeleteBatchAsync(batchId, cancellationToken);
        if (batch.SourceBlob.Length > 0)
            await blobs.DeleteAsync(batch.SourceBlob, cancellationToken);
        await batches.DeleteAsync(batchId, cancellationToken);
    }

    private static bool IsOver(BatchState batch, DateTimeOffset finishedBefore) =>
        BatchStatus.IsFinal(batch.CurrentState) && batch.FinishedAt < finishedBefore;
}
