using System.Globalization;
using WorkerFleet.Telemetry.CloudWatch;
using EmbeddedMetrics = WorkerFleet.Telemetry.CloudWatch.EmbeddedMetrics;
using Line = WorkerFleet.Tests.Telemetry.Formats.EmbeddedMetrics;

namespace WorkerFleet.Tests.Telemetry;

public sealed class EmbeddedMetricsTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 29, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly EmbeddedMetrics _metrics = Begin();

    [Fact]
    public void Lines_SeriesOfACounter_AddUpForTheServiceAndForEachAgent()
    {
        AddSum("fleet.agent.calls", 2, ("agent", "a"), ("outcome", "succeeded"));
        AddSum("fleet.agent.calls", 3, ("agent", "a"), ("outcome", "throttled"));
        AddSum("fleet.agent.calls", 5, ("agent", "b"), ("outcome", "succeeded"));

        var lines = Lines();

        Assert.Equal([10, 5, 5], lines.Select(line => line.Number("fleet.agent.calls")));
        Assert.Equal(["service"], Assert.Single(lines[0].DimensionSets));
        Assert.Equal(["service", "agent"], Assert.Single(lines[1].DimensionSets));
        Assert.Equal(["a", "b"], lines.Skip(1).Select(line => line.Text("agent")));
        Assert.All(lines, line => Assert.Equal(
            ("Test", "workerfleet", "worker", "host/1/abc", "Count", At.ToUnixTimeMilliseconds()),
            (line.Namespace, line.Text("service"), line.Text("role"), line.Text("instance"), line.Metrics["fleet.agent.calls"],
                line.Root.GetProperty("_aws").GetProperty("Timestamp").GetInt64())));
        // No metric for each outcome, nor for each instance.
        Assert.All(lines, line => Assert.False(line.Root.TryGetProperty("outcome", out _)));
    }

    [Fact]
    public void Lines_MoreTagsAsDimensions_HaveASetEach()
    {
        var metrics = Begin("agent", "outcome");
        foreach (var value in metrics.Of("calls", "Count", Tags(("outcome", "ok"), ("agent", "a"))))
            value.AddSum(1);

        Assert.Equal(
            ["service", "service,agent", "service,agent,outcome"],
            metrics.Lines().Select(Line.Parse).Select(line => string.Join(',', line.DimensionSets.Single())));
    }

    [Fact]
    public void Lines_MoreMetricsThanALineTakes_AreSeveral()
    {
        for (var number = 0; number < 250; number++)
            AddSum($"fleet.metric{number}", number);

        var lines = Lines();

        Assert.Equal([100, 100, 50], lines.Select(line => line.Metrics.Count));
        Assert.Equal(250, lines.SelectMany(line => line.Metrics.Keys).Distinct().Count());
    }

    [Fact]
    public void Lines_LargeDistributions_StayWithinTheSizeOfALogEvent()
    {
        for (var number = 0; number < 100; number++)
            foreach (var value in _metrics.Of($"fleet.metric{number}", "Seconds", Tags()))
            {
                for (var bucket = 0; bucket < 150; bucket++)
                    value.AddToDistribution(bucket + 0.123456789, 2);
                value.AddStatistics(1_000, 0, 150);
            }

        var lines = Lines();

        Assert.True(lines.Count > 1);
        Assert.Equal(100, lines.Sum(line => line.Metrics.Count));
        var value0 = lines[0].Root.GetProperty("fleet.metric0");
        Assert.Equal((300, 100), (value0.GetProperty("Count").GetDouble(), value0.GetProperty("Values").GetArrayLength()));
    }

    [Fact]
    public void Lines_SeriesOfAGauge_AreValuesBesideEachOther()
    {
        for (var number = 0; number < 150; number++)
            foreach (var value in _metrics.Of("fleet.agent.rate", "Count/Second", Tags(("agent", $"a{number}"))))
                value.AddGauge(number);

        var lines = Lines();

        Assert.Equal(100, lines[0].Root.GetProperty("fleet.agent.rate").GetArrayLength());
        Assert.Equal(7, lines[8].Number("fleet.agent.rate"));
    }

    [Fact]
    public void Lines_MoreAgentsThanSets_CountInTheSum()
    {
        for (var number = 0; number < 1_000; number++)
            AddSum("fleet.agent.calls", 1, ("agent", number.ToString(CultureInfo.InvariantCulture)));

        var lines = Lines();

        Assert.Equal(EmbeddedMetrics.MaxSets, lines.Count);
        Assert.Equal(1_000, lines[0].Number("fleet.agent.calls"));
    }

    [Fact]
    public void Lines_NothingFinite_AreNone()
    {
        AddSum("fleet.broken", double.NaN);

        Assert.Empty(_metrics.Lines());
    }

    [Theory]
    [InlineData(null, "None")]
    [InlineData("1", "None")]
    [InlineData("{call}", "Count")]
    [InlineData("{call}/s", "Count/Second")]
    [InlineData("s", "Seconds")]
    [InlineData("ms", "Milliseconds")]
    [InlineData("By", "Bytes")]
    [InlineData("By/s", "Bytes/Second")]
    [InlineData("%", "Percent")]
    public void Unit_OfAnInstrument_IsCloudWatchs(string? unit, string expected) =>
        Assert.Equal(expected, CloudWatchUnit.Of(unit));

    private static EmbeddedMetrics Begin(params string[] dimensions)
    {
        var options = new CloudWatchOptions { Namespace = "Test" };
        return new(dimensions.Length == 0 ? options : options with { Dimensions = dimensions }, "worker", "host/1/abc", At);
    }

    private List<Line> Lines() => [.. _metrics.Lines().Select(Line.Parse)];

    private void AddSum(string name, double sum, params (string, string)[] tags)
    {
        foreach (var value in _metrics.Of(name, "Count", Tags(tags)))
            value.AddSum(sum);
    }

    private static Dictionary<string, string> Tags(params (string Name, string Value)[] tags) =>
        tags.ToDictionary(tag => tag.Name, tag => tag.Value);
}
