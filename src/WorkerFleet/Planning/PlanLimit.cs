namespace WorkerFleet.Planning;

/// <summary>One thing that a batch cannot be faster than.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Agent">Whose limit it is; null for one of the batch or the fleet.</param>
/// <param name="Value">The limit itself: so many calls, sessions, rows.</param>
/// <param name="LeastTime">No shorter can the batch be because of it, were it the only one.</param>
public sealed record PlanLimit(PlanLimitKind Kind, string? Agent, double Value, TimeSpan LeastTime);

public enum PlanLimitKind
{
    /// <summary>There are no more rows than may be called at a time: the longest call decides.</summary>
    Rows,

    /// <summary>Calls of the batch at the same time.</summary>
    BatchConcurrency,

    /// <summary>Calls of the agent at the same time.</summary>
    AgentConcurrency,

    /// <summary>What the workers work on at the same time.</summary>
    Workers,

    /// <summary>Calls of the agent a second.</summary>
    CallsPerSecond,

    /// <summary>Sessions begun a second.</summary>
    NewSessionsPerSecond,

    /// <summary>Sessions at the same time.</summary>
    LiveSessions,

    /// <summary>Items that are worked on in the background at the same time.</summary>
    Waiting,

    /// <summary>Rows a second of the fleet itself.</summary>
    Fleet,
}
