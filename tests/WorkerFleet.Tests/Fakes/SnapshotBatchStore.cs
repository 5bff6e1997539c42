using System.Collections.Concurrent;
using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Keeps batches as JSON, as the real stores do, so that a change shows only once it is stored.</summary>
internal sealed class SnapshotBatchStore : IBatchStore
{
    private readonly ConcurrentDictionary<Guid, string> _batches = new();
    private int _conflicts;
    private int _glances;

    /// <summary>How often a batch was only glanced at.</summary>
    public int Glances => Volatile.Read(ref _glances);

    /// <summary>Makes the next updates fail as if another process had been first.</summary>
    public void FailUpdates(int count) => _conflicts = count;

    public Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken) =>
        Task.FromResult(_batches.TryGetValue(batchId, out var json) ? Read(json) : null);

    public Task<BatchState?> GlanceAsync(Guid batchId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _glances);
        return FindAsync(batchId, cancellationToken);
    }

    public Task InsertAsync(BatchState batch, CancellationToken cancellationToken) =>
        _batches.TryAdd(batch.CorrelationId, JsonSerializer.Serialize(batch, FleetJson.Options))
            ? Task.CompletedTask
            : throw new BatchConcurrencyException("There is one already.");

    public Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken)
    {
        var stored = _batches[batch.CorrelationId];
        if (Interlocked.Decrement(ref _conflicts) >= 0
            || Read(stored).Version != expectedVersion
            || !_batches.TryUpdate(
                batch.CorrelationId, JsonSerializer.Serialize(batch, FleetJson.Options), stored))
            throw new BatchConcurrencyException("Somebody else was first.");
        return Task.CompletedTask;
    }

    public Task DeleteAsync(Guid batchId, CancellationToken cancellationToken)
    {
        _batches.TryRemove(batchId, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<BatchState>> ListAsync(
        Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BatchState>>([.. _batches.Values.Select(Read)
            .Where(batch => !unfinishedOnly || !BatchStatus.IsFinal(batch.CurrentState))
            .OrderByDescending(batch => batch.CorrelationId)
            .Take(limit)]);

    private static BatchState Read(string json) =>
        JsonSerializer.Deserialize<BatchState>(json, FleetJson.Options)!;
}
