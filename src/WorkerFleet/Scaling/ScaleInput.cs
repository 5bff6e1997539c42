using WorkerFleet.Agents;

namespace WorkerFleet.Scaling;

/// <summary>What the rule of scaling goes by.</summary>
public sealed record ScaleInput
{
    /// <summary>Rows that are not settled, of batches that are not paused.</summary>
    public long Backlog { get; init; }

    /// <summary>Workers that live and take items.</summary>
    public int Workers { get; init; }

    /// <summary>Items that one of them works on at the same time, 1 or more.</summary>
    public int WorkerConcurrency { get; init; } = 1;

    /// <summary>Items that all of them settle in a second; 0 when nothing was settled lately.</summary>
    public double ItemsPerSecond { get; init; }

    /// <summary>
    /// Whether they have as much as they can take, so that <see cref="ItemsPerSecond"/> is the most they can do.
    /// </summary>
    public bool IsBusy { get; init; }

    /// <summary>Calls of agents that are being made now.</summary>
    public int Calls { get; init; }

    /// <summary>Mean duration of calls; null while none is known.</summary>
    public TimeSpan? CallDuration { get; init; }

    /// <summary>
    /// Invocations at the same time that the limits of the batches allow, over those that have a backlog.
    /// </summary>
    public long BatchConcurrency { get; init; }

    /// <summary>The agents that the batches can use; while there is none to work on, those with limits.</summary>
    public IReadOnlyList<AgentFeed> Agents { get; init; } = [];
}

/// <param name="Limits">What the agent takes.</param>
/// <param name="CallDuration">Mean duration of its calls; null while none is known.</param>
public sealed record AgentFeed(AgentLimits Limits, TimeSpan? CallDuration);
