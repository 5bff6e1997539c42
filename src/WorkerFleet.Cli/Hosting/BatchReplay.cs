using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Runs failed rows again.</summary>
internal sealed class BatchReplay(CliContext cli, CommonValues common)
{
    /// <summary>Rows that can be named one by one in one replay.</summary>
    public const int MostRows = 1_000;

    /// <param name="app">The store; used until the batch is driven.</param>
    /// <param name="found">How the batch stands.</param>
    /// <param name="indexes">These rows; null for all.</param>
    /// <param name="group">Only those with this cause; null for any.</param>
    /// <param name="cancellationToken">Cancels before anything is ordered.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        FleetApp app, BatchProgress found, IReadOnlyList<long>? indexes, string? group,
        CancellationToken cancellationToken)
    {
        var batch = found.Batch;
        var orders = new BatchOrders(cli, common);
        if (found.Counts.Failed + found.Counts.Cancelled == 0)
        {
            orders.Report(found, "There is nothing to run again: no row of the batch failed or was cancelled.");
            return ExitCodes.Success;
        }
        if (batch.CurrentState is BatchStatus.Paused)
            throw new UserErrorException("The batch is paused; go on with it first: " +
                common.Command(cli, $"resume {Figures.ShortId(batch.CorrelationId)}"));
        if (batch.CurrentState is BatchStatus.Cancelling or BatchStatus.Aggregating)
            throw new UserErrorException(
                $"The batch is just ending ({StatusWords.Of(batch.CurrentState)}); run rows again once it is over");

        if (found.Driven)
        {
            var shown =
                await orders.GiveAsync(app, batch.CorrelationId, GiveAsync, HasBegun, cancellationToken);
            if (shown is null)
                return orders.ReportLate(batch.CorrelationId, "run rows again");
            orders.Report(shown, "The rows are being run again by the process that drives the batch: " +
                common.Command(cli, $"watch {Figures.ShortId(batch.CorrelationId)}"));
            return ExitCodes.Success;
        }
        var end = await orders.DriveAsync(
            batch, GiveAsync, progress => HasBegun(progress) && BatchFollower.IsFinal(progress));
        return end is null
            ? ExitCodes.Interrupted
            : await BatchEnd.WriteAsync(cli, common, end, CancellationToken.None);

        bool HasBegun(BatchProgress progress) => progress.Batch.Round > batch.Round;

        async Task GiveAsync(BatchController controller, CancellationToken token)
        {
            await controller.ReplayAsync(batch.CorrelationId, indexes, group, token);
            if (!found.Driven && !BatchFollower.IsFinal(found))
                await controller.RedriveAsync(batch.CorrelationId, token);
        }
    }
}
