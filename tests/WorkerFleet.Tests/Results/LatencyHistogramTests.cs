using WorkerFleet.Results;

namespace WorkerFleet.Tests.Results;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Quantiles = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 1.0)]
    [InlineData(100, 0.5)]
    [InlineData(10_000, 2.0)]
    [InlineData(10_000, 6.0)]
    public void Percentile_AnyDistribution_IsWithinOnePercentOfTheExactOne(int count, double spread)
    {
        var random = new Random(7);
        var durations = Enumerable.Range(0, count)
            .Select(_ => Math.Exp(12 + spread * 2 * (random.NextDouble() + random.NextDouble() - 1)))
            .Select(ticks => TimeSpan.FromTicks((long)ticks))
            .Order().ToList();
        var histogram = Of(durations);

        foreach (var quantile in Quantiles)
        {
            var exact = durations[Math.Max((int)Math.Ceiling(quantile * count), 1) - 1].Ticks;
            Assert.InRange(histogram.Percentile(quantile).Ticks, exact * 0.99 - 1, exact * 1.01 + 1);
        }
        Assert.Equal(durations[^1], histogram.Max);
        Assert.Equal(durations.Average(duration => duration.Ticks), histogram.Mean.Ticks, 1.0);
    }

    [Fact]
    public void Merge_TwoHalves_EqualsTheWhole()
    {
        var durations = Enumerable.Range(0, 1_000).Select(i => TimeSpan.FromMicroseconds(i * i)).ToList();
        var whole = Of(durations);
        var merged = Of(durations.Take(300));

        merged.Merge(Of(durations.Skip(300)));

        Assert.Equal(whole.Count, merged.Count);
        Assert.Equal(whole.Mean, merged.Mean);
        Assert.Equal(whole.Max, merged.Max);
        Assert.All(Quantiles, quantile => Assert.Equal(whole.Percentile(quantile), merged.Percentile(quantile)));
    }

    [Fact]
    public void Percentile_Extremes_StayInRange()
    {
        var histogram = Of([TimeSpan.FromTicks(-5), TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.MaxValue]);

        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.5));
        Assert.Equal(TimeSpan.FromTicks(1), histogram.Percentile(0.75));
        Assert.InRange(histogram.Percentile(1).Ticks, TimeSpan.MaxValue.Ticks * 0.99, TimeSpan.MaxValue.Ticks);
    }

    [Fact]
    public void Percentile_Nothing_IsZero()
    {
        Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Percentile(0.99));
        Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Mean);
    }

    private static LatencyHistogram Of(IEnumerable<TimeSpan> durations)
    {
        var histogram = new LatencyHistogram();
        foreach (var duration in durations)
            histogram.Add(duration);
        return histogram;
    }
}
