using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>
/// One agent, as this process calls it: decides when the next call may begin, by its rate, its live sessions, what it
/// throttles and whether it works at all, and learns from how calls end.
/// </summary>
internal sealed partial class AgentFlow : IGateValve, IDisposable
{
    /// <summary>Headroom of the paced rate: the clocks of a platform and of this machine do not agree on what a second is.</summary>
    public const double Headroom = 0.98;

    /// <summary>How long nothing much is made up for behind a throttled call.</summary>
    private static readonly TimeSpan StrictFor = TimeSpan.FromMinutes(10);

    /// <summary>Longest time a timer takes, in milliseconds; it is set anew then.</summary>
    private const double MaxWait = 24 * 60 * 60 * 1_000;

    private readonly Lock _lock = new();
    private readonly AgentLimits _limits;
    private readonly bool _isEmbedded;
    private readonly int _lookahead;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly ILogger _logger;
    private readonly CircuitBreaker _circuit = new();
    private readonly AdaptiveRate _rate = new();
    private readonly RecentCalls _recent = new();
    private readonly SessionCount? _sessions;
    private CallPace _pace;
    private TimeSpan _pausedUntil;
    private TimeSpan _strictUntil;
    private TimeSpan? _wakesAt;
    private bool _isHeldByRate;
    private bool _wasHeld;
    private bool _isProbe;
    private bool _hasAnswered;

    public AgentFlow(
        string name, AgentLimits limits, WorkerOptions options, TimeProvider time, ILogger logger)
    {
        (Name, _limits, _time, _logger) = (name, limits, time, logger);
        (_isEmbedded, _lookahead, _origin) = (options.Embedded, options.Lookahead, time.GetTimestamp());
        _sessions = limits.LiveSessions is null ? null : new(limits.SessionIdleTime);
        _rate.Ceiling = limits.StartsPerSecond is null ? null : 0;
        var unlimited = limits.Concurrency is null ? int.MaxValue : 0;
        Line = new(this);
        (Admission, Permits) = (new(unlimited, Line), new(unlimited, this));
        _timer = time.CreateTimer(
            static flow => ((AgentFlow)flow!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string Name { get; }

    public GateKey Admission { get; }

    public GateKey Permits { get; }

    public AgentLine Line { get; }

    /// <summary>The limits that this agent shares with other workers.</summary>
    public IReadOnlyList<SharedLimit> Shared { get; set; } = [];

    /// <summary>Called, outside of every lock, when more could go in.</summary>
    public Action Recheck { get; init; } = () => { };

    /// <summary>Most items that are to be begun and wait for a permit.</summary>
    public int LongestLine
    {
        get
        {
            lock (_lock)
            {
                var now = Now;
                if (!_circuit.IsClosed)
                    return _circuit.MayCall(now) ? 1 : Refuse(_circuit.OpenUntil, now, 0);
                if (_pausedUntil > now)
                    return 1;
                return _rate.Current is { } rate
                    ? (int)Math.Clamp(Math.Ceiling(rate / 4), 1, _lookahead)
                    : int.MaxValue;
            }
        }
    }

    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                var now = Now;
                _isHeldByRate = false;
                if (!_circuit.MayCall(now))
                    return Refuse(_circuit.OpenUntil, now, false);
                if (_pausedUntil > now)
                    return Refuse(_pausedUntil, now, false);
                if (_sessions is not null && _sessions.Live(now) >= _sessions.Capacity)
                    return Refuse(_sessions.NextEnd ?? TimeSpan.MaxValue, now, false);
                if (PacedRate is not { } rate)
                    return true;
                var due = _pace.NextDue(rate);
                if (due <= now)
                    return true;
                _isHeldByRate = _wasHeld = true;
                return Refuse(due, now, false);
            }
        }
    }

    /// <summary>Calls a second that may begin; null for no limit.</summary>
    private double? PacedRate => _limits.StartsPerSecond is null ? _rate.Current : _rate.Current * Headroom;

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    public void OnTaken()
    {
        lock (_lock)
        {
            var now = Now;
            if (PacedRate is { } rate)
                _pace.Take(now, rate, now < _strictUntil ? CallPace.StrictTolerance : CallPace.Tolerance);
            _rate.Grow(now, _wasHeld);
            _wasHeld = false;
            _recent.Begin(now);
            _sessions?.Begin();
            _isProbe |= _circuit.Begin(now);
        }
    }

    /// <summary>A call begins that was let through.</summary>
    public FlowCall Begin()
    {
        lock (_lock)
        {
            var call = new FlowCall(Now, _isProbe);
            _isProbe = false;
            AgentMetrics.BeginCall(Name);
            return call;
        }
    }

    /// <summary>A call was not made, or nobody waits for its answer any more; nothing if it has ended.</summary>
    public void Abandon(FlowCall call)
    {
        if (!call.TryEnd())
            return;
        AgentMetrics.LeaveCall(Name);
        lock (_lock)
        {
            // It may have begun a session; whether it did is not known.
            _sessions?.End(Now, lives: !_limits.StopsSessions);
            if (call.IsProbe)
                _circuit.Abandon();
        }

        Recheck();
    }

    /// <summary>A call ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="failure">Null when it succeeded.</param>
    public void End(FlowCall call, ItemFailure? failure)
    {
        if (!call.TryEnd())
            return;
        AgentMetrics.LeaveCall(Name);
        AgentMetrics.CountCall(Name, failure, Now - call.At);
        ItemFailure? causeBefore, cause;
        TimeSpan openFor;
        bool hasChanged;
        lock (_lock)
        {
            var now = Now;
            _sessions?.End(now, lives: !_limits.StopsSessions && HasSession(failure));
            Adapt(now, call, failure);
            (causeBefore, var openingsBefore) = (_circuit.Cause, _circuit.Openings);
            var latest = (_circuit.BrokenSince ?? now) + GiveUpTime;
            _circuit.End(now, call.IsProbe, failure, latest);
            cause = _circuit.Cause;
            hasChanged = cause is null != causeBefore is null || _circuit.Openings != openingsBefore;
            openFor = _circuit.OpenUntil - now;
            _hasAnswered |= failure is null;
        }

        if (hasChanged)
            Tell(cause, isFirst: causeBefore is null, openFor);
        if (failure is not null || hasChanged || _sessions is not null)
            Recheck();
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>This worker's share of the rate.</summary>
    internal void SetCeiling(double callsPerSecond)
    {
        lock (_lock)
            _rate.Ceiling = callsPerSecond;
        Recheck();
    }

    /// <returns>This worker's share of the rate, what is begun of it, and whether more was to begin when it was looked last.</returns>
    internal (double Ceiling, double BegunPerSecond, bool IsHeld) ReadRate()
    {
        lock (_lock)
            return (_rate.Ceiling ?? 0, _recent.BegunPerSecond(Now), _isHeldByRate);
    }

    /// <returns>See <see cref="AdaptiveRate.Level"/>.</returns>
    internal double? ReadLevel()
    {
        lock (_lock)
            return _rate.Level;
    }

    internal void Agree(double level)
    {
        lock (_lock)
            _rate.Agree(level);
        Recheck();
    }

    internal void SetSessions(int capacity)
    {
        lock (_lock)
            _sessions!.Capacity = capacity;
        Recheck();
    }

    internal (int Live, int Capacity) ReadSessions()
    {
        lock (_lock)
            return (_sessions!.Live(Now), _sessions.Capacity);
    }

    private static bool HasSession(ItemFailure? failure) =>
        failure is null or { MayHaveRun: true } or { Kind: FailureKind.InvalidInput or FailureKind.BadAnswer };

    private void Adapt(TimeSpan now, FlowCall call, ItemFailure? failure)
    {
        if (failure is not { Kind: FailureKind.Throttled })
        {
            _recent.Pass(now);
            return;
        }

        _recent.Throttle(now);
        // Of an agent that throttles one call in hundreds, only that call's item waits.
        if (failure is { AgentWide: false, RetryAfterForAll: true, RetryAfter: { } wait }
            && now + wait > _pausedUntil && !_recent.AreHardlyThrottled(now))
        {
            _pausedUntil = now + wait;
            if (wait > LongestHold)
                LogPaused(Name, wait.TotalSeconds);
        }

        _strictUntil = now + StrictFor;
        if (!failure.AgentWide && _rate.Throttle(now, call.At, _recent))
            AgentMetrics.SetRate(Name, PacedRate!.Value);
    }

    private T Refuse<T>(TimeSpan until, TimeSpan now, T answer)
    {
        if (until == TimeSpan.MaxValue || _wakesAt <= until)
            return answer;
        _wakesAt = until;
        // Rounded up: woken too early it would have to wait again.
        _timer.Change(
            TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((until - now).TotalMilliseconds), 1, MaxWait)),
            Timeout.InfiniteTimeSpan);
        return answer;
    }

    private void Wake()
    {
        lock (_lock)
            _wakesAt = null;
        Recheck();
    }

    private void Tell(ItemFailure? cause, bool isFirst, TimeSpan openFor)
    {
        AgentMetrics.SetCircuit(Name, isOpen: cause is not null);
        if (cause is null)
            LogClosed(Name);
        else if (isFirst)
            LogOpened(Name, cause.Message, openFor.TotalSeconds);
        else
            LogStillOpen(Name, cause.Message, openFor.TotalSeconds);
    }
}
