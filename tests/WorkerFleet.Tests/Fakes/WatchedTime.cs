namespace WorkerFleet.Tests.Fakes;

/// <summary>Another clock, as one part of a process uses it: says how often that has begun to wait.</summary>
internal sealed class WatchedTime(TimeProvider time) : TimeProvider
{
    private int _waits;

    /// <summary>Waits that were begun.</summary>
    public int Waits => Volatile.Read(ref _waits);

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = time.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _waits);
        return timer;
    }
}
