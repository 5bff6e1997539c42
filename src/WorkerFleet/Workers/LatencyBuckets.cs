namespace WorkerFleet.Workers;

/// <summary>
/// Durations as counts of a few ranges, each a fifth wider than the one below, so that those of many workers can be told in
/// heartbeats and added up. Percentiles are within 10 %.
/// </summary>
public static class LatencyBuckets
{
    private const double Growth = 1.2;

    private static readonly double LogGrowth = Math.Log(Growth);
    private static readonly TimeSpan Smallest = TimeSpan.FromMilliseconds(1);

    /// <summary>The range of a duration: 0 up to a millisecond, and a year in 133.</summary>
    public static int Of(TimeSpan duration) => duration <= Smallest
        ? 0
        : (int)Math.Ceiling(Math.Log(duration / Smallest) / LogGrowth);

    /// <summary>The middle of a range.</summary>
    public static TimeSpan MiddleOf(int bucket) =>
        bucket == 0 ? Smallest : Smallest * (Math.Pow(Growth, bucket) * (1 + (1 / Growth)) / 2);

    /// <summary>The counts of several workers together.</summary>
    public static IReadOnlyDictionary<int, int> Sum(IEnumerable<IReadOnlyDictionary<int, int>> counts) => counts
        .SelectMany(each => each)
        .GroupBy(each => each.Key)
        .ToDictionary(group => group.Key, group => group.Sum(each => each.Value));

    /// <summary>The mean duration, within 10 %; null when nothing was counted.</summary>
    public static TimeSpan? Mean(IReadOnlyDictionary<int, int> counts)
    {
        var all = counts.Values.Sum(count => (long)count);
        return all == 0 ? null : TimeSpan.FromSeconds(counts.Sum(each => MiddleOf(each.Key).TotalSeconds * each.Value) / all);
    }

    /// <summary>The duration that the share <paramref name="quantile"/> (0 to 1) does not exceed; null when nothing was counted.</summary>
    public static TimeSpan? Percentile(IReadOnlyDictionary<int, int> counts, double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantile, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantile, 1);
        var rank = Math.Max((long)Math.Ceiling(quantile * counts.Values.Sum(count => (long)count)), 1);
        foreach (var (bucket, count) in counts.OrderBy(each => each.Key))
            if ((rank -= count) <= 0)
                return MiddleOf(bucket);
        return null;
    }
}
