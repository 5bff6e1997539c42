using WorkerFleet.Ledger;

namespace WorkerFleet.Batches;

/// <summary>Reads how batches stand. Costs a read per slice at most, never one per row.</summary>
public sealed class BatchQueries
{
    /// <summary>
    /// The batch that a person means: a full id, the beginning of one (at least 4 characters), or <c>latest</c>.
    /// </summary>
    /// <returns>The batch, or a message saying why there is none (unknown, or several begin so).</returns>
    public Task<(BatchState? Batch, string? Problem)> ResolveAsync(
        string idOrPrefix, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<BatchProgress?> FindAsync(Guid batchId, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The newest first, at most <paramref name="limit"/>.</summary>
    public Task<IReadOnlyList<BatchProgress>> ListAsync(
        bool unfinishedOnly, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <param name="Batch">The saga instance.</param>
/// <param name="Counts">Items by state; rows that are not dispatched yet count as pending.</param>
/// <param name="Waiting">Pending items that wait for a scheduled retry.</param>
/// <param name="Driven">Whether some process drives the batch now.</param>
public sealed record BatchProgress(BatchState Batch, ItemCounts Counts, long Waiting, bool Driven);
