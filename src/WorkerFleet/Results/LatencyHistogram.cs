namespace WorkerFleet.Results;

/// <summary>
/// Percentiles of any number of durations in 17 KB: a count for every range of values, each range 2 % wider than the one
/// below. Percentiles are exact within 1 %; the extremes and the mean are exact.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>Half the width of a range, relative to its middle: the largest error of a percentile.</summary>
    public const double RelativeError = 0.01;

    private const double Growth = (1 + RelativeError) / (1 - RelativeError);

    private static readonly double LogGrowth = Math.Log(Growth);
    private static readonly int RangeCount = RangeOf(TimeSpan.MaxValue.Ticks) + 1;

    private readonly long[] _ranges = new long[RangeCount];
    private Int128 _sum;
    private long _zeros;
    private long _min = long.MaxValue;
    private long _max;

    public long Count { get; private set; }

    public TimeSpan Max => new(_max);

    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : new TimeSpan((long)(_sum / Count));

    /// <summary>Counts a duration; a negative one (a clock that was set back) as zero.</summary>
    public void Add(TimeSpan duration)
    {
        var ticks = Math.Max(duration.Ticks, 0);
        if (ticks == 0)
            _zeros++;
        else
            _ranges[RangeOf(ticks)]++;
        _sum += ticks;
        _min = Math.Min(_min, ticks);
        _max = Math.Max(_max, ticks);
        Count++;
    }

    /// <summary>Adds all that <paramref name="other"/> has counted.</summary>
    public void Merge(LatencyHistogram other)
    {
        for (var i = 0; i < RangeCount; i++)
            _ranges[i] += other._ranges[i];
        _zeros += other._zeros;
        _sum += other._sum;
        _min = Math.Min(_min, other._min);
        _max = Math.Max(_max, other._max);
        Count += other.Count;
    }

    /// <summary>The smallest duration that the share <paramref name="quantile"/> (0 to 1) of all does not exceed.</summary>
    public TimeSpan Percentile(double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantile, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantile, 1);
        var rank = Math.Max((long)Math.Ceiling(quantile * Count), 1);
        var seen = _zeros;
        if (Count == 0 || seen >= rank)
            return TimeSpan.Zero;
        for (var i = 0; i < RangeCount; i++)
        {
            seen += _ranges[i];
            if (seen >= rank)
                return new TimeSpan(Math.Clamp(MiddleOf(i), _min, _max));
        }
        return Max;
    }

    private static int RangeOf(long ticks) => (int)Math.Ceiling(Math.Log(ticks) / LogGrowth);

    /// <summary>The value whose distance to both ends of the range is the same share of them.</summary>
    private static long MiddleOf(int range) =>
        (long)Math.Min(Math.Round(2 * Math.Pow(Growth, range) / (Growth + 1)), TimeSpan.MaxValue.Ticks);
}
