using System.Collections.Concurrent;

namespace WorkerFleet.Messaging;

/// <summary>The batches that this process drives: whose schedule it sweeps and whose stuck work it repairs.</summary>
public sealed class DrivenBatches
{
    private readonly ConcurrentDictionary<Guid, byte> _batches = new();

    /// <summary>Null when the process drives every batch there is, as a fleet with a broker does.</summary>
    public IReadOnlyCollection<Guid>? Scope => All ? null : [.. _batches.Keys];

    public bool All { get; init; }

    public void Add(Guid batchId) => _batches.TryAdd(batchId, 0);
}
