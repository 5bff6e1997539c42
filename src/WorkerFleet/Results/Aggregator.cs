using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Storage;
using WorkerFleet.Telemetry;
using WorkerFleet.Workers;

namespace WorkerFleet.Results;

/// <summary>
/// Ends a batch: proves by the ledger that every row is settled, files dead letters that got lost on their way, and writes
/// the results. Repeating it replaces them by the same.
/// </summary>
public sealed partial class Aggregator(
    IBatchStore store, ILedger ledger, IDeadLetters deadLetters, ResultExporter exporter, HeadStarts headStarts,
    ILogger<Aggregator> logger, BatchEnds? ends = null)
    : IBusyBatches
{
    private const int PageSize = 256;

    private readonly ConcurrentDictionary<Guid, byte> _running = new();

    /// <summary>Whether this process writes the results of the batch now, which can take minutes.</summary>
    public bool IsRunning(Guid batchId) => _running.ContainsKey(batchId);

    public IReadOnlyList<Guid> Batches() => [.. _running.Keys];

    /// <summary>A repeat of a command that has been carried out must not export all over again.</summary>
    /// <returns>The batch; null when it waits for no such aggregation.</returns>
    public async Task<BatchState?> FindWaitingAsync(AggregateBatch command, CancellationToken cancellationToken) =>
        await store.FindAsync(command.BatchId, cancellationToken) is { CurrentState: BatchStatus.Aggregating } batch
            && batch.Round == command.Round
            ? batch
            : null;

    /// <returns>The final state; or null when rows are not settled yet.</returns>
    public async Task<BatchAggregated?> AggregateAsync(BatchState batch, CancellationToken cancellationToken)
    {
        _running[batch.CorrelationId] = 0;
        using var activity = FleetTrace.Start("aggregate batch", ActivityKind.Internal, batch);
        try
        {
            var aggregated = await ProveAndExportAsync(batch, cancellationToken);
            activity?.SetTag(SpanTags.Rows, batch.TotalRows)
                .SetTag(SpanTags.Status, BatchMetrics.NameOf(aggregated?.Status ?? batch.CurrentState));
            return aggregated;
        }
        finally
        {
            _running.TryRemove(batch.CorrelationId, out _);
        }
    }

    private async Task<BatchAggregated?> ProveAndExportAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var counts = await ledger.CountAsync(batch.CorrelationId, cancellationToken);
        if (counts.Pending > 0 || counts.Settled != batch.TotalRows)
        {
            LogIncomplete(batch.CorrelationId, counts.Settled, batch.TotalRows);
            return null;
        }

        if (counts.Failed > 0)
            await FileDeadLettersAsync(batch.CorrelationId, cancellationToken);

        var status = batch.EndStatus
            ?? (counts.Succeeded == counts.Total ? BatchStatus.Completed : BatchStatus.CompletedWithFailures);
        var (summary, problem) = await ExportAsync(batch, status, cancellationToken);
        ends?.Tell(batch, status, counts, summary);
        return new(batch.CorrelationId, batch.Round, status, problem, counts);
    }

    /// <summary>Those that were filed on their way through the queue stay as they are.</summary>
    private async Task FileDeadLettersAsync(Guid batchId, CancellationToken cancellationToken)
    {
        for (long from = 0; ;)
        {
            var failed = await ledger.ReadSettledAsync(
                batchId, from, long.MaxValue, ItemState.Failed, PageSize, cancellationToken);
            if (failed.Count > 0)
                await deadLetters.AddAsync([.. failed.Select(DeadLetter.Of)], cancellationToken);
            if (failed.Count < PageSize)
                return;
            from = failed[^1].Index + 1;
        }
    }

    /// <returns>What the results say in sum, or why they could not be written; neither when the batch wants none.</returns>
    private async Task<(BatchSummary? Summary, string? Problem)> ExportAsync(
        BatchState batch, string status, CancellationToken cancellationToken)
    {
        if (batch.Output is null)
            return (null, null);
        try
        {
            var exported = await exporter.ExportAsync(
                batch.CorrelationId, batch.Output, status, await headStarts.TakeAsync(batch.CorrelationId),
                cancellationToken);
            return (exported.Summary, null);
        }
        catch (ExportException exception)
        {
            // Every row is settled and stays so: the batch ends, and the export can be repeated by hand.
            LogExportFailed(exception, batch.CorrelationId);
            return (null, exception.Message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or StoreException))
        {
            // Nor may a defect of the export keep the batch from ending, by being tried again for ever.
            LogExportFailed(exception, batch.CorrelationId);
            return (null, $"The results could not be written ({exception.GetType().Name}): {exception.Message}");
        }
    }

    [LoggerMessage(2611, LogLevel.Warning, "Batch {BatchId} has {Settled} of {Rows} rows settled; going back to work")]
    private partial void LogIncomplete(Guid batchId, long settled, long rows);

    [LoggerMessage(2612, LogLevel.Error, "The results of batch {BatchId} could not be written")]
    private partial void LogExportFailed(Exception exception, Guid batchId);
}
