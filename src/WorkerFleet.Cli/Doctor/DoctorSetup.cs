using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Aws;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Doctor;

/// <summary>The checks of a configured fleet, in their order.</summary>
internal sealed class DoctorSetup : IAsyncDisposable
{
    private readonly StoreFacts _facts;
    private readonly ServiceProvider _agents;

    public DoctorSetup(CliContext cli, CommonValues common, DoctorRequest request)
    {
        var settings = AwsSettingsReader.Read(common.Configuration, []);
        var store = settings is null ? null : StoreChoice.Of(common);
        var (broker, brokerProblems) = FindBroker(common);
        var isFleet = broker is not null || brokerProblems.Count > 0;
        _facts = new StoreFacts(cli, common, store, isFleet);
        _agents = AgentsOnly.Create(cli, common);
        var agents = AgentsOnly.FactsOf(_agents, cli.Time);
        var atBroker = new BrokerFacts(broker?.CreateInspector(cli.Time), broker?.Display ?? "", cli.Time);
        var isCloud = store is { IsLocal: false };
        var aws = new AwsCheck(
            isCloud || settings?.Bucket is not null || broker?.AmazonSqs is not null, Aws.AwsCredentials.ProblemOfAsync);
        // Beyond that, that nothing answers is a finding.
        var options = isCloud ? settings!.DynamoDb with { GiveUpAfter = TimeSpan.FromSeconds(5) } : null;
        var tables = new TablesCheck(options, aws, cli.Time);
        Checks =
        [
            new MachineCheck(),
            new ConfigurationCheck(cli, common),
            aws,
            tables,
            new BucketCheck(settings?.Bucket, ConnectToS3, aws),
            .. isCloud ? Array.Empty<IDoctorCheck>() :
            [
                new FolderCheck(common),
                new DiskCheck(() => DiskCheck.FreeBeside(common.DataFolder)),
            ],
            new StoreCheck(common, store, tables, _facts),
            new BrokerCheck(atBroker, brokerProblems),
            new QueuesCheck(atBroker, _facts, areMade: broker?.AmazonSqs is not { Declare: false }, cli.Time),
            new ProcessesCheck(_facts, isFleet, agents.Catalog, cli.Time),
            new VersionsCheck(_facts, isFleet, OwnVersion, cli.Time),
            new BatchesCheck(_facts, isFleet, arguments => common.Command(cli, arguments), cli.Time),
            new AgentsCheck(agents, name => AdHocAgents.IsConfigured(cli, name), request.Invoke, cli.Time),
            new ClockCheck(_facts, agents, ServersOf(settings, broker, isCloud, cli.Time), cli.Time),
            new PermissionsCheck(options, settings?.Bucket, ConnectToS3, aws, request.Permissions, cli.Time),
        ];

        S3Connection ConnectToS3() => new(settings!.S3);
    }

    /// <summary>Ids of all checks that there can be.</summary>
    public static IReadOnlyList<string> Ids { get; } =
    [
        "machine", "configuration", "aws", "tables", "bucket", "folder", "disk", "store", "broker", "queues", "processes",
        "versions", "batches", "agents", "clock", "permissions",
    ];

    public IReadOnlyList<IDoctorCheck> Checks { get; }

    /// <summary>As heartbeats have it.</summary>
    private static string OwnVersion { get; } = typeof(DoctorSetup).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public async ValueTask DisposeAsync()
    {
        await _facts.DisposeAsync();
        await _agents.DisposeAsync();
    }

    private static (BrokerChoice? Broker, IReadOnlyList<string> Problems) FindBroker(CommonValues common)
    {
        try
        {
            return (BrokerChoice.IsConfigured(common) ? BrokerChoice.Of(common) : null, []);
        }
        catch (UserErrorException exception)
        {
            return (null, exception.Problems);
        }
    }

    /// <summary>Those of AWS that the fleet talks to.</summary>
    private static List<ClockServer> ServersOf(
        AwsSettings? settings, BrokerChoice? broker, bool isCloud, TimeProvider time)
    {
        var servers = new List<ClockServer>();
        if (isCloud)
            Add("DynamoDB", "dynamodb", settings!.DynamoDbEndpoint, settings.Region);
        if (settings?.Bucket is not null)
            Add("S3", "s3", settings.S3Endpoint, settings.Region);
        if (broker?.AmazonSqs is { } queues)
            Add("SQS", "sqs", queues.Endpoint, queues.Region);
        return servers;

        void Add(string name, string service, Uri? endpoint, string? region)
        {
            if ((endpoint ?? (region is null ? null : AwsEndpoints.Of(service, region))) is { } address)
                servers.Add(new(name, token => ServerClock.AheadAsync(address, time, token)));
        }
    }
}
