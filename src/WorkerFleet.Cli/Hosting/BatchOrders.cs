using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Gives an order to a batch: to the process that drives it, or, where none does, by driving it here.
/// </summary>
internal sealed class BatchOrders(CliContext cli, CommonValues common)
{
    /// <summary>How long a process that drives a batch may take to act on an order.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Gives the order to the process that drives the batch, and waits until it shows.</summary>
    /// <param name="app">The store.</param>
    /// <param name="batchId">The batch.</param>
    /// <param name="give">Gives the order.</param>
    /// <param name="shows">Whether it has taken effect.</param>
    /// <param name="cancellationToken">Cancels waiting, not the order.</param>
    /// <returns>How the batch stands then; null when the order did not show in time.</returns>
    public async Task<BatchProgress?> GiveAsync(
        FleetApp app, Guid batchId, Func<BatchController, CancellationToken, Task> give,
        Func<BatchProgress, bool> shows, CancellationToken cancellationToken)
    {
        await give(app.Controller, cancellationToken);
        using var limit = new CancellationTokenSource(LongestWait, cli.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token, cancellationToken, cli.Stop.Requested);
        try
        {
            BatchProgress? last = null;
            var follower = new BatchFollower(app.Queries, cli.Time);
            await foreach (var snapshot in follower.FollowAsync(batchId, shows, either.Token))
                last = snapshot.Progress;
            return last;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// Gives the order and drives the batch in this process until <paramref name="until"/> holds.
    /// </summary>
    /// <returns>How it stands then; null when it was interrupted.</returns>
    public async Task<BatchProgress?> DriveAsync(
        BatchState batch, Func<BatchController, CancellationToken, Task> give, Func<BatchProgress, bool> until)
    {
        await using var app = FleetApp.OpenToDrive(cli, common, batch.Spec.Limits.Concurrency);
        return await new BatchDriver(cli, common, app).DriveAsync(batch.CorrelationId, give, until);
    }

    /// <summary>Says what became of an order.</summary>
    public void Report(BatchProgress progress, string text)
    {
        if (common.Json)
            cli.WriteJson(BatchJson.Of(progress));
        else
            cli.Say(text);
    }

    /// <summary>The order is durable, but whoever drives the batch has not acted on it yet.</summary>
    public int ReportLate(Guid batchId, string order)
    {
        cli.Note(
            $"The order to {order} is stored, but the process that drives the batch has not acted on it " +
            $"within {Durations.Format(LongestWait)}. See how it goes on: " +
            $"{common.Command(cli, $"watch {Figures.ShortId(batchId)}")}");
        return ExitCodes.Failed;
    }
}
