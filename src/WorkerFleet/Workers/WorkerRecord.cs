namespace WorkerFleet.Workers;

/// <summary>What a process of the fleet says of itself with each heartbeat.</summary>
public sealed record WorkerRecord
{
    /// <summary><see cref="WorkerIdentity.Id"/>.</summary>
    public required string Id { get; init; }

    public required string Host { get; init; }

    /// <summary>Version of the executable.</summary>
    public required string Version { get; init; }

    /// <summary>What it does: orchestrator, worker, or both.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    public required WorkerStatus Status { get; init; }

    /// <summary>Why it takes fewer items than it could, for people; null when it does not.</summary>
    public string? Note { get; init; }

    /// <summary>Agents that it does not call, or calls less than it is configured for: a line for people each.</summary>
    public IReadOnlyList<string> AgentNotes { get; init; } = [];

    /// <summary>How far it slows agents that throttle, by name: what <see cref="RateExchange"/> compares.</summary>
    public IReadOnlyDictionary<string, double> AgentLevels { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the platform spares it when there are to be fewer; see <see cref="ScaleInGuard"/>.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Items being worked on.</summary>
    public int InFlight { get; init; }

    /// <summary>Items it takes at the same time now; 0 for one that is no worker.</summary>
    public int Capacity { get; init; }

    /// <summary>Items it would take at the same time, were it not under pressure.</summary>
    public int Concurrency { get; init; }

    /// <summary>Items settled a second, over the last few heartbeats.</summary>
    public double ItemsPerSecond { get; init; }

    /// <summary>Resident memory, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Memory it may use, in bytes: of its container, or of the machine.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>Share of the processors it may use that it uses, 0 to 1.</summary>
    public double Cpu { get; init; }

    /// <summary>Batches it has items in flight of, or whose results it writes: they are not stuck.</summary>
    public IReadOnlyList<Guid> Batches { get; init; } = [];

    /// <summary>The busiest of the batches that it works on, as a worker.</summary>
    public IReadOnlyList<BatchActivity> Activity { get; init; } = [];
}

public enum WorkerStatus
{
    Running,

    /// <summary>Takes fewer items, since memory or processors are short.</summary>
    Pressed,

    /// <summary>Was asked to stop, and finishes what is in flight.</summary>
    Draining,
}
