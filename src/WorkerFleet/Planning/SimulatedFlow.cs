using WorkerFleet.Agents;
using WorkerFleet.Workers;

namespace WorkerFleet.Planning;

/// <summary>When calls may begin, by the rules that the workers have for it, on the clock of a simulation.</summary>
internal sealed class SimulatedFlow
{
    private readonly AgentLimits _limits;
    private readonly double? _ownRate;
    private readonly AdaptiveRate _rate = new();
    private readonly RecentCalls _recent = new();
    private readonly SessionCount? _sessions;
    private CallPace _pace;
    private CallPace _ownPace;
    private TimeSpan _pausedUntil;
    private bool _wasHeld;

    /// <param name="limits">Of the agent.</param>
    /// <param name="ownRate">Rows a second that the fleet itself can do; null where that is not known.</param>
    public SimulatedFlow(AgentLimits limits, double? ownRate)
    {
        (_limits, _ownRate) = (limits, ownRate);
        _sessions = limits.LiveSessions is { } most ? new(limits.SessionIdleTime) { Capacity = most } : null;
        _rate.Ceiling = limits.StartsPerSecond;
    }

    private double? Rate => _limits.StartsPerSecond is null ? _rate.Current : _rate.Current * AgentFlow.Headroom;

    /// <returns>When the next call may begin, at <paramref name="now"/> at the earliest; null: not before another has
    /// ended.</returns>
    public TimeSpan? NextBegin(TimeSpan now)
    {
        var next = _pausedUntil > now ? _pausedUntil : now;
        if (_sessions is not null && _sessions.Live(now) >= _sessions.Capacity)
        {
            if (_sessions.NextEnd is not { } end)
                return null;
            next = end > next ? end : next;
        }

        if (Rate is { } rate && _pace.NextDue(rate) is var due && due > next)
        {
            _wasHeld = true;
            next = due;
        }

        return _ownRate is { } own && _ownPace.NextDue(own) is var ownDue && ownDue > next ? ownDue : next;
    }

    public void Begin(TimeSpan now)
    {
        if (Rate is { } rate)
            _pace.Take(now, rate, CallPace.Tolerance);
        if (_ownRate is { } own)
            _ownPace.Take(now, own, CallPace.Tolerance);
        _rate.Grow(now, _wasHeld);
        _wasHeld = false;
        _recent.Begin(now);
        _sessions?.Begin();
    }

    /// <summary>A call ended that ran.</summary>
    public void End(TimeSpan now)
    {
        _sessions?.End(now, lives: !_limits.StopsSessions);
        _recent.Pass(now);
    }

    /// <summary>A call was throttled.</summary>
    /// <param name="now">The time.</param>
    /// <param name="begunAt">When it began.</param>
    /// <param name="retryAfter">What it asks for, for all calls; null for nothing.</param>
    public void Throttle(TimeSpan now, TimeSpan begunAt, TimeSpan? retryAfter)
    {
        _sessions?.End(now, lives: false);
        _recent.Throttle(now);
        if (retryAfter is { } wait && now + wait > _pausedUntil && !_recent.AreHardlyThrottled(now))
            _pausedUntil = now + wait;
        _rate.Throttle(now, begunAt, _recent);
    }
}
