using WorkerFleet.Batches;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Keeps the very instances it is given; a test that needs snapshots changes them by hand.</summary>
internal sealed class InMemoryBatchStore : IBatchStore
{
    private readonly Dictionary<Guid, BatchState> _batches = [];

    /// <summary>Runs at the start of every <see cref="FindAsync"/>, with how often it has been called.</summary>
    public Action<int>? OnFind { get; set; }

    public int Finds { get; private set; }

    public BatchState Add(BatchState batch) => _batches[batch.CorrelationId] = batch;

    public Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken)
    {
        OnFind?.Invoke(++Finds);
        return Task.FromResult(_batches.GetValueOrDefault(batchId));
    }

    public Task InsertAsync(BatchState batch, CancellationToken cancellationToken) =>
        _batches.TryAdd(batch.CorrelationId, batch)
            ? Task.CompletedTask
            : throw new BatchConcurrencyException("There is one already.");

    public Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken)
    {
        if (!_batches.TryGetValue(batch.CorrelationId, out var stored) || stored.Version != expectedVersion)
            throw new BatchConcurrencyException("Somebody else was first.");
        _batches[batch.CorrelationId] = batch;
        return Task.CompletedTask;
    }

    public Task DeleteAsync(Guid batchId, CancellationToken cancellationToken)
    {
        _batches.Remove(batchId);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<BatchState>> ListAsync(
        Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BatchState>>([.. _batches.Values
            .Where(batch => before is null || batch.CorrelationId.CompareTo(before.Value) < 0)
            .Where(batch => !unfinishedOnly || !BatchStatus.IsFinal(batch.CurrentState))
            .OrderByDescending(batch => batch.CorrelationId)
            .Take(limit)]);
}
