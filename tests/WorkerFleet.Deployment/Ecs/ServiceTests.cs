using System.Text.Json.Nodes;
using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

public sealed class ServiceTests
{
    private static readonly FleetTemplate Template = FleetTemplate.Whole;

    public static TheoryData<string> Roles => ["Orchestrator", "Worker", "Api"];

    [Theory]
    [MemberData(nameof(Roles))]
    public void Task_Runs_AsAUserWithoutRightsOnAFileSystemThatIsReadOnly(string role)
    {
        var (task, container) = TaskOf(role);

        Assert.Equal("1654:1654", Text(container["User"]));
        Assert.True(container["ReadonlyRootFilesystem"]!.GetValue<bool>());
        Assert.Equal(["ALL"], Texts(container["LinuxParameters"]!["Capabilities"]!["Drop"]));
        Assert.Null(container["Privileged"]);
        // The one place to write to is a volume of its own, at the folder of which the image names the owner.
        var mount = Assert.Single(container["MountPoints"]!.AsArray())!;
        Assert.Equal(("/data", "scratch"), (Text(mount["ContainerPath"]), Text(mount["SourceVolume"])));
        Assert.Equal("scratch", Text(Assert.Single(task["Volumes"]!.AsArray())!["Name"]));
        Assert.Contains("VOLUME /data", File.ReadAllLines(Repository.PathOf("Dockerfile")));
        Assert.Equal("/data", VariablesOf(container)["TMPDIR"]);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Task_Stops_InTheLongestTimeThereIsAndTellsHowItIs(string role)
    {
        var (task, container) = TaskOf(role);

        Assert.Equal(120, container["StopTimeout"]!.GetValue<int>());
        Assert.Equal(["CMD", "/app/fleet", "health", "live"], Texts(container["HealthCheck"]!["Command"]));
        Assert.Equal("ARM64", Text(task["RuntimePlatform"]!["CpuArchitecture"]));
        Assert.Equal(role.ToLowerInvariant(), Texts(container["Command"])[0]);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Service_Deploys_WithoutLossOfCapacityAndGoesBackFromWhatDoesNotStart(string role)
    {
        var service = Template.One("AWS::ECS::Service", $"Services{role}");
        var deployment = service["DeploymentConfiguration"]!;

        Assert.Equal(
            ("100", "200"), (Text(deployment["MinimumHealthyPercent"]), Text(deployment["MaximumPercent"])));
        Assert.Equal(
            ("true", "true"),
            (Text(deployment["DeploymentCircuitBreaker"]!["Enable"]),
                Text(deployment["DeploymentCircuitBreaker"]!["Rollback"])));
        Assert.Equal("DISABLED", Text(service["NetworkConfiguration"]!["AwsvpcConfiguration"]!["AssignPublicIp"]));
        // The workers' number is the scaler's: a deployment must not set it back.
        Assert.Equal(role switch { "Worker" => null, "Orchestrator" => 3, _ => 2 }, service["DesiredCount"]?.GetValue<int>());
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Task_IsTold_WhereTheFleetMeetsAndNoSecret(string role)
    {
        var (_, container) = TaskOf(role);
        var variables = VariablesOf(container);

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["FLEET__TRANSPORT"] = "AmazonSqs",
                ["FLEET__AMAZONSQS__PREFIX"] = "whole-",
                ["FLEET__AMAZONSQS__DECLARE"] = "false",
                ["FLEET__STORE"] = "dynamodb",
                ["FLEET__AWS__REGION"] = FleetTemplate.Region,
                ["FLEET__AWS__RUNSTABLE"] = "whole-runs",
                ["FLEET__AWS__JOURNALTABLE"] = "whole-journal",
                ["FLEET__AWS__BUCKET"] = "whole-fleet",
                ["FLEET__LOGGING__FORMAT"] = "json",
                ["CLOUDWATCH_NAMESPACE"] = "WorkerFleet",
                ["TMPDIR"] = "/data",
                ["FLEET__AGENTS__tickets__TYPE"] = "agentcore",
            },
            variables.Where(each => !each.Key.StartsWith("FLEET__API__", StringComparison.Ordinal)).ToDictionary());
        Assert.Equal(role == "Api" ? 3 : 0, variables.Keys.Count(name =>
            name.StartsWith("FLEET__API__", StringComparison.Ordinal)));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["FLEET__AGENTS__partner__AUTH__TOKEN"] =
                    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:fleet/partner:token::",
                ["FLEET__AGENTS__other__AUTH__TOKEN"] = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:fleet/other",
            },
            container["Secrets"]!.AsArray().ToDictionary(each => Text(each!["Name"]), each => Text(each!["ValueFrom"])));
    }

    [Fact]
    public void Worker_WorksOn_AsManyRowsAsAreSet() => Assert.Equal(
        ["worker", "--concurrency", "50"], Texts(TaskOf("Worker").Container["Command"]));

    [Theory]
    [MemberData(nameof(Roles))]
    public void Logs_AreKeptAsLongAsIsSet(string role)
    {
        var options = TaskOf(role).Container["LogConfiguration"]!["Options"]!;

        Assert.Equal(90, Template.One("AWS::Logs::LogGroup", $"Services{role}")["RetentionInDays"]!.GetValue<int>());
        Assert.StartsWith($"<Services{role}Logs", Text(options["awslogs-group"]), StringComparison.Ordinal);
        Assert.Equal("non-blocking", Text(options["mode"]));
    }

    [Fact]
    public void Tasks_ReachAFewPortsAndAreReachedByTheLoadBalancerAlone()
    {
        var tasks = Template.One("AWS::EC2::SecurityGroup", "NetworkTasks");

        Assert.Equal([443, 8_443], tasks["SecurityGroupEgress"]!.AsArray().Select(rule => rule!["ToPort"]!.GetValue<int>()));
        Assert.Null(tasks["SecurityGroupIngress"]);
        Assert.All(Template.Of("AWS::EC2::SecurityGroupIngress").Values, rule =>
            Assert.StartsWith("<ApiFront", Text(rule["Properties"]!["SourceSecurityGroupId"]), StringComparison.Ordinal));
        Assert.Equal([5_080, 8_080], Template.Of("AWS::EC2::SecurityGroupIngress").Values
            .Select(rule => rule["Properties"]!["ToPort"]!.GetValue<int>()).Order());
    }

    [Fact]
    public void Api_IsReachedFromInsideOverTlsAlone()
    {
        Assert.Equal("internal", Text(Template.One("AWS::ElasticLoadBalancingV2::LoadBalancer", "Api")["Scheme"]));
        var listener = Assert.Single(Template.Of("AWS::ElasticLoadBalancingV2::Listener")).Value["Properties"]!;
        Assert.Equal(("HTTPS", "443"), (Text(listener["Protocol"]), Text(listener["Port"])));
        Assert.Empty(FleetTemplate.Small.Of("AWS::ElasticLoadBalancingV2::LoadBalancer"));
        Assert.Equal(2, FleetTemplate.Small.Of("AWS::ECS::Service").Count);
    }

    private static (JsonObject Task, JsonObject Container) TaskOf(string role)
    {
        var task = Template.One("AWS::ECS::TaskDefinition", $"Services{role}");
        return (task, Assert.Single(task["ContainerDefinitions"]!.AsArray())!.AsObject());
    }

    private static Dictionary<string, string> VariablesOf(JsonObject container) => container["Environment"]!.AsArray()
        .ToDictionary(each => Text(each!["Name"]), each => Text(each!["Value"]));
}
