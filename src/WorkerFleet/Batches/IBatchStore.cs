namespace WorkerFleet.Batches;

/// <summary>Keeps the saga instances. Updates are conditional on the version that was loaded.</summary>
public interface IBatchStore
{
    Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="FindAsync"/>, where what was stored a moment ago will do, and null is believed only of that: half the
    /// price in some stores.
    /// </summary>
    Task<BatchState?> GlanceAsync(Guid batchId, CancellationToken cancellationToken) => FindAsync(batchId, cancellationToken);

    /// <exception cref="BatchConcurrencyException">There is one already.</exception>
    Task InsertAsync(BatchState batch, CancellationToken cancellationToken);

    /// <summary>Stores the instance if its version is still <paramref name="expectedVersion"/>.</summary>
    /// <exception cref="BatchConcurrencyException">Somebody else updated or deleted it first.</exception>
    Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken);

    Task DeleteAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>Batches, the newest first.</summary>
    /// <param name="before">Only those with an id (they are ordered in time) below this one; null for the first page.</param>
    /// <param name="unfinishedOnly">Only those that are not in a final state.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<BatchState>> ListAsync(
        Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken);
}

/// <summary>Another process changed the batch first; load it again and repeat.</summary>
public sealed class BatchConcurrencyException(string message) : Exception(message);
