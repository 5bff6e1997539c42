using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Takes up a batch that is not finished.</summary>
internal sealed class BatchResumption(CliContext cli, CommonValues common)
{
    /// <param name="app">Opened to drive.</param>
    /// <param name="found">How the batch stands.</param>
    /// <param name="hint">What else can be done; null for nothing.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> TakeUpAsync(FleetApp app, BatchProgress found, string? hint = null)
    {
        var batch = found.Batch;
        var driver = new BatchDriver(cli, common, app);
        cli.Note($"Taking up batch {Figures.ShortId(batch.CorrelationId)} where it stopped " +
            $"({Figures.Count(found.Counts.Settled)} of {Figures.Count(batch.TotalRows, "row")} settled)" +
            (hint is null ? "" : $"; {hint}"));
        return await driver.DriveToEndAsync(
            batch.CorrelationId,
            (controller, cancellationToken) => batch.CurrentState == BatchStatus.Paused
                ? controller.ResumeAsync(batch.CorrelationId, cancellationToken)
                // The messages of its pending rows went with the process that drove it.
                : controller.RedriveAsync(batch.CorrelationId, cancellationToken));
    }
}
