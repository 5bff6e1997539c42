using System.CommandLine;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet status</c>.</summary>
internal sealed class StatusCommand(CliContext cli)
{
    private const int MostGroups = 5;

    private readonly Argument<string?> _batch = BatchArgument.Create();

    public Command Create()
    {
        var command = new CliCommand("status", "Show how a batch stands.")
            { Examples = ["status", "status 0197a3c2-51f0 --json"] };
        command.Add(_batch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        await using var app = FleetApp.Open(cli, common);
        var progress = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var groups = await app.Get<IDeadLetters>().ReadGroupsAsync(
            progress.Batch.CorrelationId, MostGroups, cancellationToken);
        if (common.Json)
            cli.WriteJson(new StatusJson(BatchJson.Of(progress), progress.Batch.Spec, groups));
        else
            BatchStatusText.Write(cli, common, progress, groups);
        return ExitCodes.Success;
    }
}
