using System.Globalization;
using Amazon.CDK;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Constructs;
using Secrets = Amazon.CDK.AWS.SecretsManager;

namespace WorkerFleet.Ecs;

/// <summary>The services: one kind of process each.</summary>
internal sealed class Services : Construct
{
    /// <summary>The user <c>app</c> of .NET's images.</summary>
    private const string User = "1654:1654";

    private const string Scratch = "scratch";
    private const string ScratchFolder = "/data";

    private readonly FleetSettings _settings;
    private readonly Cluster _cluster;
    private readonly Network _network;
    private readonly Role? _apiRole;
    private readonly ContainerImage _image;

    public Services(Construct scope, FleetSettings settings, Cluster cluster, Network network, Roles roles)
        : base(scope, "Services")
    {
        (_settings, _cluster, _network, _apiRole) = (settings, cluster, network, roles.Api);
        _image = FleetImage.Of(this, settings);
        Orchestrator = NewService(
            "Orchestrator", roles.Orchestrator, ["orchestrator"], 512, 1_024, settings.Orchestrators);
        Worker = NewService(
            "Worker", roles.Worker, ["worker", "--concurrency", Number(settings.WorkerConcurrency)], settings.WorkerCpu,
            settings.WorkerMemory, count: null);
        if (roles.Api is { } role)
            Api = NewService("Api", role, ["api"], 256, 512, 2, new()
            {
                ["FLEET__API__HOST"] = "*",
                ["FLEET__API__PORT"] = Number(ApiFront.Port),
                ["FLEET__API__TRUSTEDPROXIES"] = network.Vpc.VpcCidrBlock,
            });
    }

    public FargateService Orchestrator { get; }

    public FargateService Worker { get; }

    /// <summary>Null without an API.</summary>
    public FargateService? Api { get; }

    private FargateService NewService(
        string id, Role role, string[] command, int cpu, int memory, int? count,
        Dictionary<string, string>? environment = null)
    {
        var task = new FargateTaskDefinition(this, $"{id}Task", new FargateTaskDefinitionProps
        {
            Cpu = cpu,
            MemoryLimitMiB = memory,
            TaskRole = role,
            RuntimePlatform = new RuntimePlatform
            {
                CpuArchitecture = CpuArchitecture.ARM64, OperatingSystemFamily = OperatingSystemFamily.LINUX,
            },
            // It takes over the owner that the image gives to /data.
            Volumes = [new Amazon.CDK.AWS.ECS.Volume { Name = Scratch }],
        });
        var logs = new LogGroup(this, $"{id}Logs", new LogGroupProps
        {
            Retention = RetentionOf(_settings.LogDays), RemovalPolicy = RemovalPolicy.DESTROY,
        });
        var linux = new LinuxParameters(this, $"{id}Linux");
        linux.DropCapabilities(Capability.ALL);
        var container = task.AddContainer("fleet", new ContainerDefinitionOptions
        {
            Image = _image,
            Command = command,
            User = User,
            ReadonlyRootFilesystem = true,
            LinuxParameters = linux,
            // The most that Fargate allows. What is in flight finishes within 30 s; protection is for what takes longer.
            StopTimeout = Duration.Seconds(120),
            HealthCheck = new HealthCheck
            {
                Command = ["CMD", "/app/fleet", "health", "live"],
                Interval = Duration.Seconds(30),
                Timeout = Duration.Seconds(10),
                Retries = 4,
                StartPeriod = Duration.Seconds(60),
            },
            Environment = EnvironmentOf(environment ?? []),
            Secrets = SecretsOf(id),
            // A process must not stand still because CloudWatch does not take its lines.
            Logging = LogDriver.AwsLogs(new AwsLogDriverProps
            {
                LogGroup = logs,
                StreamPrefix = "fleet",
                Mode = AwsLogDriverMode.NON_BLOCKING,
                MaxBufferSize = Size.Mebibytes(16),
            }),
        });
        container.AddMountPoints(
            new MountPoint { SourceVolume = Scratch, ContainerPath = ScratchFolder, ReadOnly = false });
        if (role == _apiRole)
            container.AddPortMappings(
                new PortMapping { ContainerPort = ApiFront.Port },
                new PortMapping { ContainerPort = ApiFront.HealthPort });
        return new FargateService(this, id, new FargateServiceProps
        {
            Cluster = _cluster,
            TaskDefinition = task,
            ServiceName = id.ToLowerInvariant(),
            DesiredCount = count,
            MinHealthyPercent = 100,
            MaxHealthyPercent = 200,
            CircuitBreaker = new DeploymentCircuitBreaker { Enable = true, Rollback = true },
            SecurityGroups = [_network.Tasks],
            AssignPublicIp = false,
            PropagateTags = PropagatedTagSource.SERVICE,
        });
    }

    private Dictionary<string, string> EnvironmentOf(Dictionary<string, string> more)
    {
        var stack = Stack.Of(this);
        var environment = new Dictionary<string, string>
        {
            ["FLEET__TRANSPORT"] = "AmazonSqs",
            ["FLEET__AMAZONSQS__PREFIX"] = _settings.Prefix,
            // The stack has made them.
            ["FLEET__AMAZONSQS__DECLARE"] = "false",
            ["FLEET__STORE"] = "dynamodb",
            ["FLEET__AWS__REGION"] = stack.Region,
            ["FLEET__AWS__RUNSTABLE"] = _settings.RunsTable,
            ["FLEET__AWS__JOURNALTABLE"] = _settings.JournalTable,
            ["FLEET__AWS__BUCKET"] = _settings.Bucket,
            ["FLEET__LOGGING__FORMAT"] = "json",
            ["CLOUDWATCH_NAMESPACE"] = FleetMetrics.Namespace,
            ["TMPDIR"] = ScratchFolder,
        };
        foreach (var (name, value) in more.Concat(_settings.Environment))
            environment[name] = value;
        return environment;
    }

    private Dictionary<string, Secret> SecretsOf(string id)
    {
        var secrets = new Dictionary<string, Secret>();
        foreach (var (variable, place) in _settings.Secrets)
        {
            var parts = place.Split(':', 2);
            var secret = Secrets.Secret.FromSecretNameV2(this, $"{id}{variable}", parts[0]);
            secrets[variable] = Secret.FromSecretsManager(secret, parts.Length > 1 ? parts[1] : null);
        }

        return secrets;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static RetentionDays RetentionOf(int days) => days switch
    {
        1 => RetentionDays.ONE_DAY,
        3 => RetentionDays.THREE_DAYS,
        7 => RetentionDays.ONE_WEEK,
        14 => RetentionDays.TWO_WEEKS,
        90 => RetentionDays.THREE_MONTHS,
        180 => RetentionDays.SIX_MONTHS,
        365 => RetentionDays.ONE_YEAR,
        _ => RetentionDays.ONE_MONTH,
    };
}
