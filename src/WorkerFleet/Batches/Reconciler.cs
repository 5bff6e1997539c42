using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;

namespace WorkerFleet.Batches;

/// <summary>
/// Finds batches that make no progress and drives them on: when messages were lost, a broker was wiped, or a process died
/// in between. A false alarm costs some messages that change nothing.
/// </summary>
public sealed partial class Reconciler(
    IBatchStore store, ILedger ledger, FleetBus bus, DrivenBatches driven, InFlightItems inFlight, TimeProvider time,
    ILogger<Reconciler> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>No progress for so long, with nothing in flight, and the batch is driven on.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);

    private const int MaxBatches = 1_000;

    private readonly Dictionary<Guid, Sighting> _sightings = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                foreach (var batch in await UnfinishedAsync(stoppingToken))
                    await CheckAsync(batch, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The store or the broker is out of reach: the next tick tries again.
                LogReconcileFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<IReadOnlyList<BatchState>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        if (driven.Scope is not { } scope)
            return await store.ListAsync(null, unfinishedOnly: true, MaxBatches, cancellationToken);
        var found = new List<BatchState>();
        foreach (var batchId in scope)
            if (await store.FindAsync(batchId, cancellationToken) is { } batch
                && !BatchStatus.IsFinal(batch.CurrentState))
                found.Add(batch);
        return found;
    }

    private async Task CheckAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var counts = await ledger.CountAsync(batch.CorrelationId, cancellationToken);
        if (!_sightings.TryGetValue(batch.CorrelationId, out var last)
            || last.Version != batch.Version || last.Counts != counts || inFlight.Count > 0)
            _sightings[batch.CorrelationId] = new(batch.Version, counts, now);

        if (batch.CurrentState == BatchStatus.Paused || now - _sightings[batch.CorrelationId].At <= StuckAfter)
            return;
        LogRedriving(batch.CorrelationId, batch.CurrentState);
        await bus.SendAsync(QueueNames.Batches, new RedriveBatch(batch.CorrelationId), cancellationToken);
        _sightings[batch.CorrelationId] = new(batch.Version, counts, now);
    }

    private sealed record Sighting(int Version, ItemCounts Counts, DateTimeOffset At);

    [LoggerMessage(1501, LogLevel.Information, "Batch {BatchId} makes no progress in state {Status}; driving it on")]
    private partial void LogRedriving(Guid batchId, string status);

    [LoggerMessage(1502, LogLevel.Warning, "Looking for stuck batches failed; trying again")]
    private partial void LogReconcileFailed(Exception exception);
}
