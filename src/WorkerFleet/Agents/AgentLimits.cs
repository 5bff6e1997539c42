namespace WorkerFleet.Agents;

/// <summary>What an agent takes, over all batches and workers. Null: no limit of that kind.</summary>
public sealed record AgentLimits
{
    /// <summary>Calls at the same time.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Calls a second, of every kind: one that stops a session counts too.</summary>
    public double? CallsPerSecond { get; init; }

    /// <summary>Sessions begun a second. Each call begins one: a row's retry has a session of its own.</summary>
    public double? NewSessionsPerSecond { get; init; }

    /// <summary>
    /// Sessions at the same time, each from its call on until it was stopped, or idle for <see cref="SessionIdleTime"/>.
    /// </summary>
    public int? LiveSessions { get; init; }

    /// <summary>When a session ends by itself that is not stopped. Default 15 minutes, AgentCore's own.</summary>
    public TimeSpan SessionIdleTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether the agent stops the session of a call right behind it, by a call of its own.</summary>
    public bool StopsSessions { get; init; }

    /// <summary>
    /// How long items wait for an agent that refuses every call, or cannot be reached, or throttles; then they fail. Null:
    /// the default of <see cref="AgentOptions.GiveUpAfter"/>.
    /// </summary>
    public TimeSpan? GiveUpAfter { get; init; }

    /// <summary>Whether there is a limit of any kind.</summary>
    public bool HasAny => (Concurrency ?? LiveSessions) is not null || StartsPerSecond is not null;

    /// <summary>Invocations that may begin in a second, by both rates; null for no such limit.</summary>
    public double? StartsPerSecond
    {
        get
        {
            var calls = StopsSessions ? CallsPerSecond / 2 : CallsPerSecond;
            return calls is { } most && NewSessionsPerSecond is { } sessions
                ? Math.Min(most, sessions)
                : calls ?? NewSessionsPerSecond;
        }
    }
}
