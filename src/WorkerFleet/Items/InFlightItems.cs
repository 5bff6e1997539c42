using System.Collections.Concurrent;

namespace WorkerFleet.Items;

/// <summary>The items that this process works on, so that a second delivery of one is recognised.</summary>
public sealed class InFlightItems
{
    private readonly ConcurrentDictionary<(Guid BatchId, long Index), byte> _items = new();

    public int Count => _items.Count;

    /// <returns>False when the process works on the item already.</returns>
    public bool TryBegin(Guid batchId, long index) => _items.TryAdd((batchId, index), 0);

    public void End(Guid batchId, long index) => _items.TryRemove((batchId, index), out _);
}
