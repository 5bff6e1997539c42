using System.Collections.Concurrent;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>
/// The items that this process works on, or has in line for it, so that a second delivery of one is recognised.
/// </summary>
public sealed class InFlightItems : IBusyBatches
{
    private readonly ConcurrentDictionary<(Guid BatchId, long Index), bool> _items = new();

    private readonly ConcurrentDictionary<Guid, int> _calls = new();

    private long _settled;
    private long _givenUp;

    /// <summary>Items settled since the process started.</summary>
    public long Settled => Interlocked.Read(ref _settled);

    /// <summary>Items given back because the process stops and could wait no longer: their agents are called again for them.</summary>
    public long GivenUp => Interlocked.Read(ref _givenUp);

    /// <summary>How long the calls for them took.</summary>
    public RecentLatencies Latencies { get; } = new();

    /// <summary>How many items of each batch the agents are being called for; those in line are not counted.</summary>
    public IReadOnlyDictionary<Guid, int> CallsByBatch() =>
        _calls.Where(batch => batch.Value > 0).ToDictionary(batch => batch.Key, batch => batch.Value);

    /// <summary>The batches that the process has items of.</summary>
    public IReadOnlyList<Guid> Batches() => [.. _items.Select(item => item.Key.BatchId).Distinct()];

    /// <summary>Whether the process works on any item of the batch. Looks through all that it works on.</summary>
    public bool Any(Guid batchId)
    {
        foreach (var (item, _) in _items)
            if (item.BatchId == batchId)
                return true;
        return false;
    }

    /// <returns>False when the process works on the item already, which then learns of it at <see cref="End"/>.</returns>
    public bool TryBegin(Guid batchId, long index)
    {
        var item = (batchId, index);
        while (!_items.TryAdd(item, false))
            if (_items.TryGetValue(item, out var again) && (again || _items.TryUpdate(item, true, false)))
                return false;
        return true;
    }

    /// <summary>The agent is called for an item, until <see cref="EndCall"/>.</summary>
    public void BeginCall(Guid batchId) => _calls.AddOrUpdate(batchId, 1, (_, calls) => calls + 1);

    public void EndCall(Guid batchId)
    {
        // Batches that are over must not pile up.
        if (_calls.AddOrUpdate(batchId, 0, (_, calls) => calls - 1) == 0)
            _calls.TryRemove(new(batchId, 0));
    }

    public void CountSettled() => Interlocked.Increment(ref _settled);

    public void CountGivenUp() => Interlocked.Increment(ref _givenUp);

    /// <returns>Whether another delivery of the item was turned away meanwhile.</returns>
    public bool End(Guid batchId, long index) => _items.TryRemove((batchId, index), out var again) && again;
}
