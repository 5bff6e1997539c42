using System.CommandLine;
using Spectre.Console;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Provisioning;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet provision</c>.</summary>
internal sealed class ProvisionCommand(CliContext cli)
{
    private readonly Option<bool> _dryRun = OptionValues.CreateFlag(
        "--dry-run", "Change nothing: only say what is missing or differs. Exits with 1 when something would be made.");

    public Command Create()
    {
        var command = new CliCommand("provision", "Create what the fleet needs in AWS, and verify what is there: " +
            "tables, indexes, expiry, bucket, queues.")
        {
            Examples = ["provision --dry-run", "provision"],
        };
        command.Add(_dryRun);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var dryRun = parsed.GetValue(_dryRun);
        var store = StoreChoice.Of(common);
        var queues = BrokerChoice.IsConfigured(common) ? BrokerChoice.Of(common).AmazonSqs : null;
        if (store is { IsLocal: true, Settings.Bucket: null } && queues is null)
            throw new UserErrorException(
                $"{AwsSettingsReader.StoreKey}: is sqlite, which needs nothing in AWS; set it to dynamodb, and name a " +
                $"bucket in {AwsSettingsReader.BucketKey}; or set {BrokerChoice.TransportKey} to AmazonSqs");
        var resources = await ProvisionAsync(store, queues, dryRun, cli.Stop.Requested);
        if (common.Json)
            cli.WriteJson(new ProvisionJson(ExitCodeOf(resources) == ExitCodes.Success, dryRun, resources));
        else
            foreach (var resource in resources)
                Write(resource);
        return ExitCodeOf(resources);
    }

    private async Task<IReadOnlyList<Resource>> ProvisionAsync(
        StoreChoice store, AmazonSqsOptions? queues, bool dryRun, CancellationToken cancellationToken)
    {
        var resources = new List<Resource>();
        if (!store.IsLocal)
        {
            using var tables = new DynamoDbTables(store.Settings.DynamoDb, cli.Time);
            resources.AddRange(await TableResources.ProvisionAsync(tables, store.Settings, dryRun, cancellationToken));
        }
        if (store.Settings.Bucket is { } bucket)
        {
            using var s3 = new S3Connection(store.Settings.S3);
            resources.Add(await BucketResource.ProvisionAsync(s3, bucket, dryRun, cancellationToken));
        }
        if (queues is not null)
            resources.AddRange(await QueueResources.ProvisionAsync(queues, dryRun, cli.Time, cancellationToken));
        return resources;
    }

    private void Write(Resource resource)
    {
        var mark = resource.State switch
        {
            ResourceState.Present => "[green]✓[/]",
            ResourceState.Created or ResourceState.Updated => "[green]+[/]",
            ResourceState.Missing => "[yellow]-[/]",
            _ => "[red]✗[/]",
        };
        cli.Out.MarkupLine($"{mark} {resource.Kind,-7} {SafeMarkup.Escape(resource.Name)}: " +
            $"{SafeMarkup.Escape(SafeText.Line(resource.Detail, 1_000))}");
    }

    private static int ExitCodeOf(IReadOnlyList<Resource> resources) =>
        resources.Any(resource => resource.State is ResourceState.Differs or ResourceState.Failed) ? ExitCodes.Failed
        : resources.Any(resource => resource.State is ResourceState.Missing) ? ExitCodes.NotProvisioned
        : ExitCodes.Success;

    private sealed record ProvisionJson(bool Ready, bool DryRun, IReadOnlyList<Resource> Resources);
}
