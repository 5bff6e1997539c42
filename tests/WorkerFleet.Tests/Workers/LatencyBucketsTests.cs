using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class LatencyBucketsTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.4)]
    [InlineData(1.0)]
    public void Of_UpToAMillisecond_IsTheFirst(double milliseconds) =>
        Assert.Equal(0, LatencyBuckets.Of(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void MiddleOf_AnyDuration_IsWithinATenth()
    {
        for (var duration = TimeSpan.FromMilliseconds(1.5); duration < TimeSpan.FromDays(300); duration *= 1.37)
            Assert.InRange(LatencyBuckets.MiddleOf(LatencyBuckets.Of(duration)) / duration, 0.9, 1.1);
    }

    [Fact]
    public void Percentile_OfSeveralWorkers_IsThatOfAllCalls()
    {
        Dictionary<int, int> fast = new() { [LatencyBuckets.Of(TimeSpan.FromMilliseconds(50))] = 90 };
        Dictionary<int, int> slow = new() { [LatencyBuckets.Of(TimeSpan.FromSeconds(5))] = 10 };

        var all = LatencyBuckets.Sum([fast, slow]);

        Assert.InRange(LatencyBuckets.Percentile(all, 0.9)!.Value.TotalMilliseconds, 45, 55);
        Assert.InRange(LatencyBuckets.Percentile(all, 0.91)!.Value.TotalSeconds, 4.5, 5.5);
        Assert.Null(LatencyBuckets.Percentile(new Dictionary<int, int>(), 0.5));
    }
}
