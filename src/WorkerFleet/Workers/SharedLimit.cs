using WorkerFleet.Batches;

namespace WorkerFleet.Workers;

/// <summary>A limit that holds for the whole fleet, as this process knows it: of a batch, or of an agent.</summary>
internal sealed class SharedLimit(string name)
{
    private int _total;
    private BatchView? _batch;
    private long _lastUsed;
    private long _validUntil;
    private int _owes;
    private int _wanted;

    /// <summary>See <see cref="ShareClaim.Limit"/>.</summary>
    public string Name => name;

    public GateKey Admission { get; } = new(0);

    public GateKey Permits { get; } = new(0);

    public GateKey Suspects { get; } = new(int.MaxValue);

    /// <summary>The batch whose limit it is; null for an agent's.</summary>
    public BatchView? Batch { get => Volatile.Read(ref _batch); set => Volatile.Write(ref _batch, value); }

    /// <summary>What it is for the whole fleet.</summary>
    public int Total { get => Volatile.Read(ref _total); set => Volatile.Write(ref _total, value); }

    /// <summary>Timestamp.</summary>
    public long LastUsed { get => Volatile.Read(ref _lastUsed); set => Volatile.Write(ref _lastUsed, value); }

    /// <summary>Timestamp until which the share may be used.</summary>
    public long ValidUntil { get => Volatile.Read(ref _validUntil); set => Volatile.Write(ref _validUntil, value); }

    /// <summary>What the newest claim asked for. None: whoever comes makes a new one at once.</summary>
    public int Wanted { get => Volatile.Read(ref _wanted); set => Volatile.Write(ref _wanted, value); }

    /// <summary>Whether more is reserved for this process than its share, until what is in use finishes.</summary>
    public bool Owes { get => Volatile.Read(ref _owes) != 0; set => Volatile.Write(ref _owes, value ? 1 : 0); }
}
