namespace WorkerFleet.AgentCore.LocalAgent;

/// <summary>Counts what was asked of the local agent since it started. Safe for concurrent use.</summary>
public sealed class LocalAgentStats
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private long _invocations;
    private long _succeeded;
    private long _failed;
    private int _inFlight;
    private int _maxInFlight;
    private DateTimeOffset _changedAt;

    internal LocalAgentStats(TimeProvider time)
    {
        _time = time;
        _changedAt = time.GetUtcNow();
    }

    /// <summary>Invocations that were begun; refused ones (400) are none.</summary>
    public long Invocations => Volatile.Read(ref _invocations);

    internal void Begin()
    {
        lock (_gate)
        {
            _invocations++;
            // Moving the time with every ping, or every call, would keep a session on AgentCore alive for ever.
            if (_inFlight++ == 0)
                _changedAt = _time.GetUtcNow();
            _maxInFlight = Math.Max(_maxInFlight, _inFlight);
        }
    }

    /// <summary>An invocation that its caller gave up ends as failed.</summary>
    internal void End(bool succeeded)
    {
        lock (_gate)
        {
            if (succeeded)
                _succeeded++;
            else
                _failed++;
            if (--_inFlight == 0)
                _changedAt = _time.GetUtcNow();
        }
    }

    /// <summary>All figures of one moment.</summary>
    public LocalAgentCounts Read()
    {
        lock (_gate)
            return new LocalAgentCounts(_invocations, _succeeded, _failed, _inFlight, _maxInFlight, _changedAt);
    }
}

/// <param name="Invocations">Begun.</param>
/// <param name="Succeeded">Ended well.</param>
/// <param name="Failed">Ended otherwise.</param>
/// <param name="InFlight">Under way now.</param>
/// <param name="MaxInFlight">Most that were under way at the same time.</param>
/// <param name="ChangedAt">When the agent last became busy or idle.</param>
public readonly record struct LocalAgentCounts(
    long Invocations, long Succeeded, long Failed, int InFlight, int MaxInFlight, DateTimeOffset ChangedAt);
