namespace WorkerFleet.Batches;

/// <summary>Deletes what is left of batches that are over.</summary>
public sealed class BatchCleaner
{
    /// <summary>Deletes finished batches that ended before <paramref name="finishedBefore"/>: records, journal, source; not
    /// the exported results. Repeatable after a crash.</summary>
    /// <returns>The batches that were (or, with <paramref name="dryRun"/>, would be) deleted.</returns>
    public Task<IReadOnlyList<BatchState>> CleanAsync(
        DateTimeOffset finishedBefore, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
