using Spectre.Console;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Drives a batch in this process to its end, or follows one that another process drives.</summary>
internal sealed class BatchDriver(CliContext cli, CommonValues common, FleetApp app)
{
    /// <summary>Drives the batch, unless another process does: then it is only followed.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> DriveAsync(Guid batchId)
    {
        using var lease = app.Get<IBatchDrivers>().TryTake(batchId);
        if (lease is null)
        {
            Note("Another process drives this batch; following it. Ctrl-C leaves it running.");
            return await FollowAsync(batchId);
        }
        app.Get<DrivenBatches>().Add(batchId);
        var stop = cli.Stop.Requested;
        ProgressSnapshot last;
        try
        {
            // The messages of a batch that was begun before are gone with the process that drove it.
            if (await app.Get<IBatchStore>().FindAsync(batchId, stop) is not null)
                await app.Controller.RedriveAsync(batchId, stop);
            await app.StartAsync(stop);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Stopping);
            last = await ShowAsync(batchId, either.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return await DrainAsync(batchId);
        }
        catch (OperationCanceledException) when (app.Stopping.IsCancellationRequested)
        {
            throw new UserErrorException(
                "The fleet stopped by itself; --verbose shows why. Nothing is lost: " +
                $"{common.Command(cli, $"resume {Figures.ShortId(batchId)}")} goes on.", ExitCodes.Failed);
        }
        await app.StopAsync();
        return await BatchEnd.WriteAsync(cli, common, last.Progress, CancellationToken.None);
    }

    /// <summary>Follows a batch to its end; stopping leaves it as it is.</summary>
    public async Task<int> FollowAsync(Guid batchId)
    {
        try
        {
            var last = await ShowAsync(batchId, cli.Stop.Requested);
            return await BatchEnd.WriteAsync(cli, common, last.Progress, CancellationToken.None);
        }
        catch (OperationCanceledException) when (cli.Stop.Requested.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    public void Note(string text) => cli.Error.MarkupLine($"[grey]{Markup.Escape(text)}[/]");

    private async Task<ProgressSnapshot> ShowAsync(Guid batchId, CancellationToken cancellationToken)
    {
        IProgressDisplay display = cli.ErrorIsTerminal ? new LiveProgress(cli) : new PlainProgress(cli);
        var snapshots = new BatchFollower(app.Queries, cli.Time).FollowAsync(batchId, cancellationToken);
        return await display.ShowAsync(snapshots, cancellationToken);
    }

    private async Task<int> DrainAsync(Guid batchId)
    {
        Note($"Stopping: rows in flight finish, within {Durations.Format(FleetApp.DrainTime)}; the rest waits for resume. " +
            "Ctrl-C again stops at once.");
        await app.StopAsync();
        var progress = await app.Queries.FindAsync(batchId, CancellationToken.None);
        if (progress is not null)
            Note($"Stopped: {Figures.Count(progress.Counts.Settled)} of {Figures.Count(progress.Batch.TotalRows, "row")} settled. " +
                $"To go on: {common.Command(cli, $"resume {Figures.ShortId(batchId)}")}");
        return ExitCodes.Interrupted;
    }
}
