using System.CommandLine;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet watch</c>.</summary>
internal sealed class WatchCommand(CliContext cli)
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    public Command Create()
    {
        var command =
            new CliCommand("watch", "Follow a batch to its end, from any terminal; exits as its run does.")
        {
            Examples = ["watch", "watch 0197a3c2-51f0"],
        };
        command.Add(_batch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        await using var app = FleetApp.Open(cli, common);
        var progress = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var driver = new BatchDriver(cli, common, app);
        if (!progress.Driven && !BatchFollower.IsFinal(progress))
            cli.Note("Nobody drives this batch now, so that it stands still: " +
                common.Command(cli, $"resume {Figures.ShortId(progress.Batch.CorrelationId)}"));
        return await driver.FollowToEndAsync(progress.Batch.CorrelationId);
    }
}
