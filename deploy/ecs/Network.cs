using Amazon.CDK.AWS.EC2;
using Constructs;

namespace WorkerFleet.Ecs;

/// <summary>
/// Where the tasks are: nothing reaches them but the API's load balancer, and they reach a few ports.
/// </summary>
internal sealed class Network : Construct
{
    public Network(Construct scope, FleetSettings settings)
        : base(scope, "Network")
    {
        Vpc = settings.VpcId is { } id
            ? Amazon.CDK.AWS.EC2.Vpc.FromLookup(this, "Vpc", new VpcLookupOptions { VpcId = id })
            : new Vpc(this, "Vpc", new VpcProps
            {
                MaxAzs = 2,
                NatGateways = settings.NatGateways,
                // They cost nothing, and what goes to tables and bucket costs nothing at the NAT gateway either.
                GatewayEndpoints = new Dictionary<string, IGatewayVpcEndpointOptions>
                {
                    ["S3"] = new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.S3 },
                    ["DynamoDb"] = new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.DYNAMODB },
                },
            });
        Tasks = new SecurityGroup(this, "Tasks", new SecurityGroupProps
        {
            Vpc = Vpc, AllowAllOutbound = false, Description = "Processes of the fleet",
        });
        foreach (var port in settings.Ports)
            Tasks.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(port), "AWS and agents");
    }

    public IVpc Vpc { get; }

    public SecurityGroup Tasks { get; }
}
