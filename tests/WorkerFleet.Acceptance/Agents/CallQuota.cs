using System.Diagnostics;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>
/// A platform's quota of calls a second, and what was made of it, by its own clock. A token bucket, as AWS's throttling is:
/// it holds a second's worth. Or, which is stricter, no more than that in any one second.
/// </summary>
public sealed class CallQuota(int perSecond, bool inAnySecond = false)
{
    /// <summary>Calls that are looked at together: two seconds' worth of a quota of 25.</summary>
    private const int Block = 50;

    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _allowed = [];
    private readonly List<TimeSpan> _throttled = [];
    private readonly long _begin = Stopwatch.GetTimestamp();
    private double _tokens = perSecond;
    private TimeSpan _filledAt;

    /// <summary>Takes one call of it.</summary>
    /// <returns>False when the call is to be throttled; it does not count then.</returns>
    public bool TryTake()
    {
        lock (_lock)
        {
            var now = Stopwatch.GetElapsedTime(_begin);
            var isAllowed = inAnySecond ? IsRoomInWindow(now) : TryTakeToken(now);
            (isAllowed ? _allowed : _throttled).Add(now);
            return isAllowed;
        }
    }

    /// <summary>What was made of it in the middle of all calls: without the first and the last fifth.</summary>
    /// <returns>The part of the quota that was used, and the part of the calls that were throttled.</returns>
    public (double Used, double Throttled) Middle()
    {
        lock (_lock)
            return Between(_allowed.Count / 5, _allowed.Count - 1 - (_allowed.Count / 5));
    }

    /// <summary>
    /// The same of the middle's typical stretch of <see cref="Block"/> calls: the median of each figure. A machine that stands
    /// still for a second changes one or two of them, and what callers do all the time all of them.
    /// </summary>
    public (double Used, double Throttled) TypicalOfMiddle()
    {
        lock (_lock)
        {
            var (used, throttled) = (new List<double>(), new List<double>());
            for (var first = _allowed.Count / 5; first + Block < _allowed.Count - (_allowed.Count / 5); first += Block)
            {
                var block = Between(first, first + Block);
                used.Add(block.Used);
                throttled.Add(block.Throttled);
            }
            return (Median(used), Median(throttled));
        }
    }

    /// <summary>All calls.</summary>
    public (int Allowed, int Throttled) Count()
    {
        lock (_lock)
            return (_allowed.Count, _throttled.Count);
    }

    private (double Used, double Throttled) Between(int first, int last)
    {
        var (from, until) = (_allowed[first], _allowed[last]);
        var throttled = _throttled.Count(at => at >= from && at < until);
        return ((last - first) / ((until - from).TotalSeconds * perSecond),
            (double)throttled / (throttled + last - first));
    }

    private static double Median(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);

    private bool IsRoomInWindow(TimeSpan now) =>
        _allowed.Count < perSecond || _allowed[^perSecond] <= now - TimeSpan.FromSeconds(1);

    private bool TryTakeToken(TimeSpan now)
    {
        _tokens = Math.Min(perSecond, _tokens + ((now - _filledAt).TotalSeconds * perSecond));
        _filledAt = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
