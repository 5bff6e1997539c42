namespace WorkerFleet.Workers;

/// <summary>How many calls of an agent began, got through and were throttled in the last second.</summary>
internal sealed class RecentCalls
{
    private const int Slots = 10;
    private const double SlotSeconds = 0.1;

    /// <summary>A rate is not taken over less than this.</summary>
    private const double LeastSeconds = 0.25;

    private readonly (int Begun, int Passed, int Throttled)[] _slots = new (int, int, int)[Slots];
    private long _current;
    private TimeSpan? _activeSince;

    public void Begin(TimeSpan now) => At(now).Begun++;

    /// <summary>A call was not throttled.</summary>
    public void Pass(TimeSpan now) => At(now).Passed++;

    public void Throttle(TimeSpan now) => At(now).Throttled++;

    /// <summary>Whether so many calls are throttled that it is no matter of chance.</summary>
    public bool AreMostlyThrottled(TimeSpan now)
    {
        At(now);
        var (passed, throttled) = (_slots.Sum(slot => slot.Passed), _slots.Sum(slot => slot.Throttled));
        return throttled >= 3 && throttled * 3 > passed;
    }

    /// <summary>Whether so few calls are throttled, less than 1 %, that calling more slowly would change nothing.</summary>
    public bool AreHardlyThrottled(TimeSpan now) => Throttled(now) * 100 < Throttled(now) + _slots.Sum(slot => slot.Passed);

    public int Throttled(TimeSpan now)
    {
        At(now);
        return _slots.Sum(slot => slot.Throttled);
    }

    /// <summary>Calls a second that began.</summary>
    public double BegunPerSecond(TimeSpan now) => PerSecond(now, slot => slot.Begun);

    /// <summary>Calls a second that were not throttled.</summary>
    public double PassedPerSecond(TimeSpan now) => PerSecond(now, slot => slot.Passed);

    private double PerSecond(TimeSpan now, Func<(int Begun, int Passed, int Throttled), int> count)
    {
        At(now);
        var seconds = _activeSince is { } since ? (now - since).TotalSeconds : 0;
        return _slots.Sum(count) / Math.Clamp(seconds, LeastSeconds, Slots * SlotSeconds);
    }

    private ref (int Begun, int Passed, int Throttled) At(TimeSpan now)
    {
        var slot = (long)(now.TotalSeconds / SlotSeconds);
        if (_activeSince is null || slot - _current >= Slots)
        {
            Array.Clear(_slots);
            _activeSince = now;
            _current = slot;
        }

        while (_current < slot)
            _slots[++_current % Slots] = default;
        return ref _slots[_current % Slots];
    }
}
