namespace WorkerFleet.Tests.Fakes;

/// <summary>A clock that a test moves. Timers fire while it is moved.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += by;
            due = _timers.FindAll(timer => timer.DueAt <= _now);
            foreach (var timer in due)
                timer.DueAt = timer.Period == Timeout.InfiniteTimeSpan ? null : _now + timer.Period;
        }

        foreach (var timer in due)
            timer.Fire();
    }

    /// <summary>Whether somebody waits, and will be woken by moving the clock, at most this far.</summary>
    public bool Waits(TimeSpan atMost) => Waiting(atMost) > 0;

    /// <summary>How many wait, and will be woken by moving the clock, at most this far.</summary>
    public int Waiting(TimeSpan atMost)
    {
        lock (_lock)
            return _timers.Count(timer => timer.DueAt <= _now + atMost);
    }

    /// <summary>
    /// Whether somebody has just begun to wait for so long; not somebody whose wait is over, or nearly so.
    /// </summary>
    public bool BeginsToWait(TimeSpan exactly)
    {
        lock (_lock)
            return _timers.Exists(timer => timer.DueAt == _now + exactly);
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset? DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Period = period;
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                if (!time._timers.Contains(this))
                    time._timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
