using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

public sealed class LatencyProfileTests
{
    [Theory]
    [InlineData(1_000, 1_500)]
    [InlineData(1_000, 3_500)]
    [InlineData(250, 260)]
    public void Of_MeanAndPercentile_HasBoth(double mean, double p95)
    {
        var profile = LatencyProfile.Of(TimeSpan.FromMilliseconds(mean), TimeSpan.FromMilliseconds(p95));

        Assert.Equal(mean, profile.Mean.TotalMilliseconds, 3);
        Assert.Equal(p95, profile.P95.TotalMilliseconds, 1);
        Assert.True(profile.P50 < profile.Mean);
        Assert.Equal(0.05, profile.ShareBeyond(TimeSpan.FromMilliseconds(p95)), 3);
    }

    [Fact]
    public void Of_PercentileThatNoSpreadReaches_IsTheHighestThereIs()
    {
        var profile = LatencyProfile.Of(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

        Assert.InRange(profile.P95.TotalSeconds, 3.8, 3.9);
    }

    [Fact]
    public void Of_NoPercentile_AllTakeTheSame()
    {
        var profile = LatencyProfile.Of(TimeSpan.FromSeconds(2), null);

        Assert.Equal((profile.Mean, profile.Mean), (profile.P50, profile.P95));
        Assert.Equal((0, 1), (profile.ShareBeyond(TimeSpan.FromSeconds(3)), profile.ShareBeyond(TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void Of_Measured_HasTheirMeanAndSpread()
    {
        var random = new Random(7);
        var measured = Enumerable.Range(0, 4_000).Select(_ => TimeSpan.FromMilliseconds(400 * Math.Exp(
            0.5 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))).ToList();

        var profile = LatencyProfile.Of(measured);

        Assert.Equal(measured.Average(duration => duration.TotalMilliseconds), profile.Mean.TotalMilliseconds, 1);
        Assert.InRange(profile.Spread, 0.48, 0.52);
        Assert.InRange(profile.P50.TotalMilliseconds, 385, 415);
    }
}
