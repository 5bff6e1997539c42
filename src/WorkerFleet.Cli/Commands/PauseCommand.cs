using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet pause</c>.</summary>
internal sealed class PauseCommand(CliContext cli)
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    public Command Create()
    {
        var command = new CliCommand("pause", "Start no further rows of a batch; those in flight finish.")
        {
            Examples = ["pause", "pause 0197a3c2-51f0"],
        };
        command.Add(_batch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var orders = new BatchOrders(cli, common);
        BatchProgress found;
        BatchProgress? shown;
        await using (var app = FleetApp.Open(cli, common))
        {
            found = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
            if (IsPaused(found)
                || found.Batch.CurrentState is BatchStatus.Cancelling or BatchStatus.Aggregating)
                return Report(orders, common, found);
            shown = found.Driven
                ? await orders.GiveAsync(
                    app, found.Batch.CorrelationId, GivePauseAsync, IsPaused, cancellationToken)
                : null;
            if (found.Driven && shown is null)
                return orders.ReportLate(found.Batch.CorrelationId, "pause");
        }
        shown ??= await orders.DriveAsync(found.Batch, GivePauseAsync, IsPaused);
        return shown is null ? ExitCodes.Interrupted : Report(orders, common, shown);

        Task GivePauseAsync(BatchController controller, CancellationToken token) =>
            controller.PauseAsync(found.Batch.CorrelationId, token);
    }

    private int Report(BatchOrders orders, CommonValues common, BatchProgress progress)
    {
        var settled = $"{Figures.Count(progress.Counts.Settled)} of " +
            $"{Figures.Count(progress.Batch.TotalRows, "row")} settled";
        orders.Report(progress, progress.Batch.CurrentState switch
        {
            BatchStatus.Paused => $"Paused: {settled}. To go on: " +
                common.Command(cli, $"resume {Figures.ShortId(progress.Batch.CorrelationId)}"),
            var state when BatchStatus.IsFinal(state) => $"The batch is over already: {StatusWords.Of(state)}.",
            var state =>
                $"The batch is ending already ({StatusWords.Of(state)}), and cannot be paused: {settled}.",
        });
        return ExitCodes.Success;
    }

    private static bool IsPaused(BatchProgress progress) =>
        progress.Batch.CurrentState == BatchStatus.Paused || BatchFollower.IsFinal(progress);
}
