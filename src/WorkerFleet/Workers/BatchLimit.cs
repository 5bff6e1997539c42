using WorkerFleet.Batches;

namespace WorkerFleet.Workers;

/// <summary>What this process knows of the limit of a batch.</summary>
internal sealed class BatchLimit(BatchView batch, GateKey admission, GateKey permits, SharedLimit shared)
{
    private BatchView _batch = batch;
    private long _lastUsed;

    public GateKey Admission => admission;

    public GateKey Permits => permits;

    public GateKey Suspects { get; } = new(int.MaxValue);

    public SharedLimit Shared => shared;

    public BatchView Batch { get => Volatile.Read(ref _batch); set => Volatile.Write(ref _batch, value); }

    /// <summary>Timestamp.</summary>
    public long LastUsed { get => Volatile.Read(ref _lastUsed); set => Volatile.Write(ref _lastUsed, value); }
}
