using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet cancel</c>.</summary>
internal sealed class CancelCommand(CliContext cli)
{
    private readonly Argument<string?> _batch = BatchArgument.CreateRequired();

    private readonly Option<string?> _reason =
        OptionValues.Create("--reason", "TEXT", "Why; kept with the batch.");

    public Command Create()
    {
        var command = new CliCommand("cancel", "End a batch early: rows in flight finish, the others are " +
            "cancelled, results are written.")
        {
            Examples = ["cancel 0197a3c2-51f0 --reason \"wrong prompt\"", "cancel latest"],
        };
        command.Add(_batch);
        command.Add(_reason);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var orders = new BatchOrders(cli, common);
        BatchProgress found;
        await using (var app = FleetApp.Open(cli, common))
        {
            found = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
            if (BatchFollower.IsFinal(found))
            {
                orders.Report(found, $"The batch is over already: {StatusWords.Of(found.Batch.CurrentState)}.");
                return ExitCodes.Success;
            }
            if (found.Driven)
            {
                var shown = await orders.GiveAsync(
                    app, found.Batch.CorrelationId, CancelAsync, IsCancelled, cancellationToken);
                if (shown is null)
                    return orders.ReportLate(found.Batch.CorrelationId, "cancel");
                orders.Report(shown, $"Cancelled: {Figures.Count(shown.Counts.Settled)} of " +
                    $"{Figures.Count(shown.Batch.TotalRows, "row")} settled so far; it is " +
                    $"{StatusWords.Of(shown.Batch.CurrentState)}.");
                return ExitCodes.Success;
            }
        }
        var end = await orders.DriveAsync(found.Batch, CancelUndrivenAsync, BatchFollower.IsFinal);
        if (end is null)
            return ExitCodes.Interrupted;
        await BatchEnd.WriteAsync(cli, common, end, CancellationToken.None);
        return ExitCodes.Success;

        Task CancelAsync(BatchController controller, CancellationToken token) =>
            controller.CancelAsync(
                found.Batch.CorrelationId, parsed.GetValue(_reason) ?? "cancelled by its user", token);

        async Task CancelUndrivenAsync(BatchController controller, CancellationToken token)
        {
            await CancelAsync(controller, token);
            await controller.RedriveAsync(found.Batch.CorrelationId, token);
        }
    }

    private static bool IsCancelled(BatchProgress progress) =>
        progress.Batch.CurrentState == BatchStatus.Cancelling || progress.Batch.EndStatus is not null
        || BatchFollower.IsFinal(progress);
}
