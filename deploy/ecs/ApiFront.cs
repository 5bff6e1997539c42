using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Constructs;

namespace WorkerFleet.Ecs;

/// <summary>The API's load balancer: inside the VPC, over TLS alone.</summary>
internal sealed class ApiFront : Construct
{
    public const int Port = 5080;
    public const int HealthPort = 8080;

    public ApiFront(Construct scope, FleetSettings settings, Network network, FargateService api)
        : base(scope, "Api")
    {
        var front = new SecurityGroup(this, "Front", new SecurityGroupProps
        {
            Vpc = network.Vpc, AllowAllOutbound = false, Description = "The load balancer of the fleet's API",
        });
        front.AddIngressRule(Peer.Ipv4(network.Vpc.VpcCidrBlock), Amazon.CDK.AWS.EC2.Port.Tcp(443), "The VPC");
        foreach (var port in new[] { Port, HealthPort })
        {
            front.AddEgressRule(network.Tasks, Amazon.CDK.AWS.EC2.Port.Tcp(port), "The API");
            network.Tasks.AddIngressRule(front, Amazon.CDK.AWS.EC2.Port.Tcp(port), "The load balancer of the API");
        }

        var balancer = new ApplicationLoadBalancer(this, "Balancer", new ApplicationLoadBalancerProps
        {
            Vpc = network.Vpc, InternetFacing = false, SecurityGroup = front, DropInvalidHeaderFields = true,
        });
        var listener = balancer.AddListener("Https", new BaseApplicationListenerProps
        {
            Port = 443,
            Open = false,
            SslPolicy = SslPolicy.TLS13_RES,
            Certificates = [ListenerCertificate.FromArn(settings.Certificate!)],
        });
        listener.AddTargets("Api", new AddApplicationTargetsProps
        {
            Port = Port,
            Protocol = ApplicationProtocol.HTTP,
            DeregistrationDelay = Duration.Seconds(30),
            Targets =
            [
                api.LoadBalancerTarget(new LoadBalancerTargetOptions { ContainerName = "fleet", ContainerPort = Port }),
            ],
            HealthCheck = new Amazon.CDK.AWS.ElasticLoadBalancingV2.HealthCheck
            {
                Path = "/health/ready", Port = "8080", Interval = Duration.Seconds(15), Timeout = Duration.Seconds(10),
            },
        });
        _ = new CfnOutput(this, "Address", new CfnOutputProps { Value = balancer.LoadBalancerDnsName });
    }
}
