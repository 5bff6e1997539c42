using System.Data;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

public sealed partial class ScalingTests
{
    private static readonly JsonObject Policy =
        FleetTemplate.Whole.One("AWS::ApplicationAutoScaling::ScalingPolicy", "Scaling");

    private static JsonNode Tracking => Policy["TargetTrackingScalingPolicyConfiguration"]!;

    private static double Target => Tracking["TargetValue"]!.GetValue<double>();

    [Theory]
    // Rows are few: as many workers as they are worth, of 400 rows each.
    [InlineData(800, 1, 40, 2)]
    [InlineData(4_000, 10, 40, 10)]
    [InlineData(400, 10, 40, 1)]
    // Rows are many: as many workers as are wanted, at once.
    [InlineData(1_000_000, 1, 4, 4)]
    [InlineData(1_000_000, 3, 4, 4)]
    [InlineData(1_000_000, 4, 4, 4)]
    // There are more than the agents can feed.
    [InlineData(1_000_000, 10, 4, 4)]
    [InlineData(0, 10, 0, 0)]
    // None lives yet: the one that the service begins with counts.
    [InlineData(1_000_000, 0, 4, 4)]
    public void Workers_AreMadeByTheBacklogAndNeverMoreThanAreWanted(double backlog, double live, double wanted, double workers)
    {
        var tracked = Evaluate(new()
        {
            ["fleet.backlog.per_worker"] = backlog / Math.Max(live, 1),
            ["fleet.workers.live"] = live,
            ["fleet.workers.wanted"] = wanted,
        });

        // As ECS reckons: in proportion to the value over its target.
        Assert.Equal(workers, Math.Ceiling(Math.Max(live, 1) * tracked / Target - 1e-9));
        if (live >= wanted)
            Assert.True(tracked <= Target, $"{tracked} is above {Target}, with as many workers as are wanted.");
    }

    [Fact]
    public void Tracked_IsOneValueOfTheFleetsOwnMetrics()
    {
        var metrics = Tracking["CustomizedMetricSpecification"]!["Metrics"]!.AsArray();

        Assert.Single(metrics, metric => metric!["ReturnData"]!.GetValue<bool>());
        Assert.All(metrics.Where(metric => metric!["MetricStat"] is not null), metric =>
        {
            var of = metric!["MetricStat"]!["Metric"]!;
            Assert.Equal("WorkerFleet", Text(of["Namespace"]));
            var dimension = Assert.Single(of["Dimensions"]!.AsArray())!;
            Assert.Equal(("service", "workerfleet"), (Text(dimension["Name"]), Text(dimension["Value"])));
        });
    }

    [Fact]
    public void Workers_AreMadeSoonAndTakenAwayLate()
    {
        var target = FleetTemplate.Whole.One("AWS::ApplicationAutoScaling::ScalableTarget", "Scaling");

        Assert.Equal((2, 40), (target["MinCapacity"]!.GetValue<int>(), target["MaxCapacity"]!.GetValue<int>()));
        Assert.Equal("ecs:service:DesiredCount", Text(target["ScalableDimension"]));
        Assert.Equal(400, Target);
        Assert.True(Tracking["ScaleInCooldown"]!.GetValue<int>() >= 5 * Tracking["ScaleOutCooldown"]!.GetValue<int>());
    }

    /// <summary>Metric math as far as it is used here: arithmetic, comparisons and IF.</summary>
    private static double Evaluate(Dictionary<string, double> values)
    {
        var known = new Dictionary<string, double>();
        foreach (var metric in Tracking["CustomizedMetricSpecification"]!["Metrics"]!.AsArray())
        {
            var id = Text(metric!["Id"]);
            known[id] = metric["Expression"] is { } expression
                ? Compute(Text(expression), known)
                : values[Text(metric["MetricStat"]!["Metric"]!["MetricName"])];
            if (metric["ReturnData"]!.GetValue<bool>())
                return known[id];
        }

        throw new InvalidOperationException("Nothing is tracked.");
    }

    private static double Compute(string expression, Dictionary<string, double> known)
    {
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        return Convert.ToDouble(
            table.Compute(
                Name().Replace(expression, match => match.Value == "IF"
                    ? "IIF"
                    : known[match.Value].ToString("F6", CultureInfo.InvariantCulture)),
                ""),
            CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("[A-Za-z_]+")]
    private static partial Regex Name();
}
