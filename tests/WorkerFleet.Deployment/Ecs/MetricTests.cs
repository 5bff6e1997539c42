using WorkerFleet.Ecs;

namespace WorkerFleet.Deployment.Ecs;

public sealed class MetricTests
{
    [Fact]
    public void Metrics_ThatScalingAndAlarmsAskFor_AreThoseOfTheFleet()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/telemetry.md"));

        foreach (var name in (string[])
            [
                FleetMetrics.BacklogItems, FleetMetrics.BacklogPerWorker, FleetMetrics.LiveWorkers, FleetMetrics.WantedWorkers,
                FleetMetrics.DeadLetters,
            ])
            Assert.Contains($"| `{name}` |", document, StringComparison.Ordinal);
        Assert.Contains($"Dimensions: `{FleetMetrics.Dimension}` ({FleetMetrics.Service})", document, StringComparison.Ordinal);
    }
}
