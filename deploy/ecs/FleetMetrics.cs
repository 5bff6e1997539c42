using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;

namespace WorkerFleet.Ecs;

/// <summary>What the fleet says of itself in CloudWatch; see docs/telemetry.md.</summary>
internal static class FleetMetrics
{
    public const string Namespace = "WorkerFleet";
    public const string BacklogItems = "fleet.backlog.items";
    public const string BacklogPerWorker = "fleet.backlog.per_worker";
    public const string LiveWorkers = "fleet.workers.live";
    public const string WantedWorkers = "fleet.workers.wanted";
    public const string DeadLetters = "fleet.dead_letters";

    /// <summary>The one dimension of them all.</summary>
    public const string Dimension = "service";
    public const string Service = "workerfleet";

    public static Metric Of(string name, string statistic, Duration period) => new(new MetricProps
    {
        Namespace = Namespace,
        MetricName = name,
        Statistic = statistic,
        Period = period,
        DimensionsMap = new Dictionary<string, string> { [Dimension] = Service },
    });
}
