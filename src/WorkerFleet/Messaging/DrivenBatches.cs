using System.Collections.Concurrent;
using System.Threading.Channels;

namespace WorkerFleet.Messaging;

/// <summary>The batches that this process drives: whose schedule it sweeps and whose stuck work it repairs.</summary>
public sealed class DrivenBatches
{
    private readonly ConcurrentDictionary<Guid, byte> _batches = new();
    private readonly Channel<Guid> _added =
        Channel.CreateBounded<Guid>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Null when the process drives every batch there is, as a fleet with a broker does.</summary>
    public IReadOnlyCollection<Guid>? Scope => All ? null : [.. _batches.Keys];

    public bool All { get; init; }

    public void Add(Guid batchId)
    {
        if (_batches.TryAdd(batchId, 0))
            _added.Writer.TryWrite(batchId);
    }

    /// <summary>Complete when a batch was added that no earlier call has told of. For one caller at a time.</summary>
    public Task WaitForMoreAsync(CancellationToken cancellationToken) => 
        _added.Reader.ReadAsync(cancellationToken).AsTask();
}
