using System.Globalization;
using Amazon.CDK.AWS.ApplicationAutoScaling;
using Amazon.CDK.AWS.ECS;
using Constructs;

namespace WorkerFleet.Ecs;

/// <summary>
/// How many workers run: by the rows that wait for each, and never more than agents and batches can feed.
/// </summary>
/// <remarks>
/// ECS makes workers in proportion to the tracked value over its target. A backlog alone would have it make a hundred at
/// once where the agent's quota feeds four. So the value ends where that proportion is what the fleet wants, which is
/// never more than what is useful: with so many workers or more it is at its target or below.
/// </remarks>
internal sealed class Scaling : Construct
{
    /// <summary>Idle workers cost little beside rows that wait for new ones.</summary>
    private const int ScaleInCooldown = 600;

    /// <summary>The time that a worker takes until it is counted as one.</summary>
    private const int ScaleOutCooldown = 90;

    public Scaling(Construct scope, FleetSettings settings, Cluster cluster, FargateService worker)
        : base(scope, "Scaling")
    {
        var target = new CfnScalableTarget(this, "Workers", new CfnScalableTargetProps
        {
            ServiceNamespace = "ecs",
            ScalableDimension = "ecs:service:DesiredCount",
            ResourceId = $"service/{cluster.ClusterName}/{worker.ServiceName}",
            MinCapacity = settings.MinWorkers,
            MaxCapacity = settings.MaxWorkers,
        });
        var number = settings.BacklogPerWorker.ToString(CultureInfo.InvariantCulture);
        var policy = new CfnScalingPolicy(this, "Backlog", new CfnScalingPolicyProps
        {
            PolicyName = "backlog-per-worker",
            PolicyType = "TargetTrackingScaling",
            ScalingTargetId = target.Ref,
            TargetTrackingScalingPolicyConfiguration = new CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty
            {
                TargetValue = settings.BacklogPerWorker,
                ScaleInCooldown = ScaleInCooldown,
                ScaleOutCooldown = ScaleOutCooldown,
                CustomizedMetricSpecification = new CfnScalingPolicy.CustomizedMetricSpecificationProperty
                {
                    Metrics = new object[]
                    {
                        Metric("backlog", FleetMetrics.BacklogPerWorker),
                        Metric("live", FleetMetrics.LiveWorkers),
                        Metric("wanted", FleetMetrics.WantedWorkers),
                        Expression("workers", "IF(live < 1, 1, live)"),
                        Expression("cap", $"{number} * wanted / workers"),
                        Expression("tracked", "IF(backlog > cap, cap, backlog)", isTracked: true),
                    },
                },
            },
        });
        policy.Node.AddDependency(worker);
        target.Node.AddDependency(worker);
    }

    private static CfnScalingPolicy.TargetTrackingMetricDataQueryProperty Metric(string id, string name) => new()
    {
        Id = id,
        ReturnData = false,
        MetricStat = new CfnScalingPolicy.TargetTrackingMetricStatProperty
        {
            Stat = "Average",
            Metric = new CfnScalingPolicy.TargetTrackingMetricProperty
            {
                Namespace = FleetMetrics.Namespace,
                MetricName = name,
                Dimensions = new object[]
                {
                    new CfnScalingPolicy.TargetTrackingMetricDimensionProperty
                    {
                        Name = FleetMetrics.Dimension, Value = FleetMetrics.Service,
                    },
                },
            },
        },
    };

    private static CfnScalingPolicy.TargetTrackingMetricDataQueryProperty Expression(
        string id, string expression, bool isTracked = false) => new()
        {
            Id = id,
            Expression = expression,
            ReturnData = isTracked,
        };
}
