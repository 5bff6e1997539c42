using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Drives a batch in this process, or follows one that another process drives.</summary>
internal sealed class BatchDriver(CliContext cli, CommonValues common, FleetApp app)
{
    /// <summary>Drives the batch to its end and says how it ended.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="prepare">Commands to give once this process is the one that drives it.</param>
    /// <param name="until">When it is at its end; null: in a final state.</param>
    /// <param name="note">What is said of it once it is on its way; null for nothing.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> DriveToEndAsync(
        Guid batchId, Func<BatchController, CancellationToken, Task>? prepare = null,
        Func<BatchProgress, bool>? until = null, string? note = null)
    {
        var end = await DriveAsync(batchId, prepare, until ?? BatchFollower.IsFinal, note);
        return await EndAsync(end);
    }

    /// <summary>Follows a batch to its end and says how it ended; stopping leaves it as it is.</summary>
    public async Task<int> FollowToEndAsync(Guid batchId, Func<BatchProgress, bool>? until = null) =>
        await EndAsync(await FollowAsync(batchId, until ?? BatchFollower.IsFinal));

    /// <summary>Drives the batch, unless another process does: then it is only followed.</summary>
    /// <returns>How it stands when <paramref name="until"/> holds; null when it was interrupted.</returns>
    public async Task<BatchProgress?> DriveAsync(
        Guid batchId, Func<BatchController, CancellationToken, Task>? prepare, Func<BatchProgress, bool> until,
        string? note = null)
    {
        var stop = cli.Stop.Requested;
        using var lease = app.Get<IBatchDrivers>().TryTake(batchId);
        if (prepare is not null)
            await prepare(app.Controller, stop);
        // Before anything is said: the first words on a terminal take as long as the first slices.
        if (lease is not null)
            app.Get<DrivenBatches>().Add(batchId);
        if (note is not null)
            cli.Note(note);
        if (lease is null)
        {
            cli.Note("Another process drives this batch; following it. Ctrl-C leaves it running.");
            return await FollowAsync(batchId, until);
        }
        try
        {
            // The messages of a batch that was begun before are gone with the process that drove it; one that is as it was
            // submitted has none yet.
            if (await app.Get<IBatchStore>().FindAsync(batchId, stop) is { Version: > 0 })
                await app.Controller.RedriveAsync(batchId, stop);
            await app.StartAsync(stop);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Stopping);
            var last = await ShowAsync(batchId, until, either.Token);
            await app.StopAsync();
            return last.Progress;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await DrainAsync(batchId);
            return null;
        }
        catch (OperationCanceledException) when (app.Stopping.IsCancellationRequested)
        {
            throw new UserErrorException(
                "The fleet stopped by itself; --verbose shows why. Nothing is lost: " +
                $"{common.Command(cli, $"resume {Figures.ShortId(batchId)}")} goes on", ExitCodes.Failed);
        }
    }

    private async Task<int> EndAsync(BatchProgress? end) => end is null
        ? ExitCodes.Interrupted
        : await BatchEnd.WriteAsync(cli, common, end, CancellationToken.None);

    private async Task<BatchProgress?> FollowAsync(Guid batchId, Func<BatchProgress, bool> until)
    {
        try
        {
            await FleetPresence.NoteWhoIsMissingAsync(cli, common, app, cli.Stop.Requested);
            return (await ShowAsync(batchId, until, cli.Stop.Requested)).Progress;
        }
        catch (OperationCanceledException) when (cli.Stop.Requested.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<ProgressSnapshot> ShowAsync(
        Guid batchId, Func<BatchProgress, bool> until, CancellationToken cancellationToken)
    {
        IProgressDisplay display = cli.ErrorIsTerminal ? new LiveProgress(cli) : new PlainProgress(cli);
        var snapshots = new BatchFollower(app.Queries, cli.Time).FollowAsync(batchId, until, cancellationToken);
        return await display.ShowAsync(snapshots, cancellationToken);
    }

    private async Task DrainAsync(Guid batchId)
    {
        // Before it is said: whoever reads it can count on it that no other row is begun.
        var stopped = app.StopAsync();
        cli.Note($"Stopping: rows in flight finish, within {app.DrainTime}; the " +
            "rest waits for resume. Ctrl-C again stops at once.");
        await stopped;
        if (app.GivenUp is { } givenUp)
            cli.Note(givenUp);
        if (await app.Queries.FindAsync(batchId, CancellationToken.None) is { } progress)
            cli.Note($"Stopped: {Figures.Count(progress.Counts.Settled)} of " +
                $"{Figures.Count(progress.Batch.TotalRows, "row")} settled. " +
                $"To go on: {common.Command(cli, $"resume {Figures.ShortId(batchId)}")}");
    }
}
