using Amazon.CDK;
using Amazon.CDK.AWS.ECS;
using Constructs;

namespace WorkerFleet.Ecs;

/// <summary>A fleet in ECS on Fargate that meets at SQS, with its store in DynamoDB and S3.</summary>
public sealed class FleetDeployment : Stack
{
    public FleetDeployment(Construct scope, string id, FleetSettings settings, IStackProps? props = null)
        : base(scope, id, props)
    {
        Amazon.CDK.Tags.Of(this).Add("application", "workerfleet");
        var queues = new Queues(this, settings);
        var storage = new Storage(this, settings);
        var network = new Network(this, settings);
        var cluster = new Cluster(
            this, "Cluster", new ClusterProps { ClusterName = settings.StackName, Vpc = network.Vpc });
        var roles = new Roles(this, settings);
        var services = new Services(this, settings, cluster, network, roles);
        _ = new Scaling(this, settings, cluster, services.Worker);
        var alarms = new Alarms(this, settings, queues, storage);
        if (settings.Api)
            _ = new ApiFront(this, settings, network, services.Api!);
        _ = new CfnOutput(this, "AlarmTopic", new CfnOutputProps { Value = alarms.Topic.TopicArn });
    }
}
