using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Scheduling;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Batches;

/// <summary>
/// Finds batches that make no progress and drives them on: when messages were lost, a broker was wiped, or a process died
/// in between. A false alarm costs some messages that change nothing.
/// </summary>
public sealed partial class Reconciler(
    IBatchStore store, ILedger ledger, ISchedule schedule, FleetBus bus, DrivenBatches driven, InFlightItems inFlight,
    Aggregator aggregator, IWorkerRegistry workers, ILeases leases, WorkerIdentity worker, StorePace pace,
    TimeProvider time, ILogger<Reconciler> logger) : BackgroundService
{
    private const string LeaseName = "reconciler";

    /// <summary>Long enough to be renewed with every look; short, since nothing is repaired until it has run out.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>No progress for so long, with nothing in flight, and the batch is driven on.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The same where every pending item waits for its retry: nothing is wrong then, as a rule. But the schedule can hold
    /// an entry that never comes due, and a batch must not rest on that.
    /// </summary>
    private static readonly TimeSpan StuckWaitingAfter = TimeSpan.FromMinutes(5);

    /// <summary>The same where agents work in the background, which takes them long; each that waits is looked at then.</summary>
    private static readonly TimeSpan StuckInBackgroundAfter = TimeSpan.FromHours(1);

    /// <summary>Counting what waits costs more the more it is.</summary>
    private static readonly TimeSpan CountInterval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Sighting> _sightings = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(pace.Check, time);
        do
        {
            try
            {
                await CheckAllAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The store is out of reach: the next tick tries again.
                LogReconcileFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        // One process of the fleet is enough. Another one that takes over has to see for itself that nothing moves.
        if (driven.All && !await leases.TryTakeAsync(LeaseName, worker.Id, time.GetUtcNow(), Lease, cancellationToken))
        {
            _sightings.Clear();
            return;
        }

        var busy = await BusyBatchesAsync(cancellationToken);
        var seen = new HashSet<Guid>();
        await foreach (var batch in UnfinishedAsync(cancellationToken))
        {
            seen.Add(batch.CorrelationId);
            try
            {
                await CheckAsync(batch, busy.Contains(batch.CorrelationId), cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // By itself, so that a batch that cannot be read does not hide those behind it.
                LogCheckFailed(exception, batch.CorrelationId);
            }
        }

        foreach (var batchId in _sightings.Keys.Where(batchId => !seen.Contains(batchId)).ToList())
            _sightings.Remove(batchId);
    }

    private async IAsyncEnumerable<BatchState> UnfinishedAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (driven.Scope is { } scope)
        {
            foreach (var batchId in scope)
                if (await store.FindAsync(batchId, cancellationToken) is { } batch
                    && !BatchStatus.IsFinal(batch.CurrentState))
                    yield return batch;
            yield break;
        }

        await foreach (var batch in store.ReadAllAsync(unfinishedOnly: true, cancellationToken))
            yield return batch;
    }

    /// <summary>Those that some other process works on, by its heartbeat: a call can take longer than a stuck batch may.</summary>
    private async Task<HashSet<Guid>> BusyBatchesAsync(CancellationToken cancellationToken) => driven.All
        ? [.. (await workers.ListAsync(time.GetUtcNow() - LiveWorkers.GoneAfter, cancellationToken)).SelectMany(each => each.Batches)]
        : [];

    private async Task CheckAsync(BatchState batch, bool busy, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await ledger.KeepAsync(batch.CorrelationId, batch.SubmittedAt, cancellationToken);
        var seen = _sightings.TryGetValue(batch.CorrelationId, out var last);
        // The saga moves with every slice: while it does, counting would tell nothing new, and costs a read of all slices.
        ItemCounts? counts = seen && last!.Version != batch.Version
            ? null
            : await ledger.CountAsync(batch.CorrelationId, cancellationToken);
        if (!seen || counts is null || last!.Counts != counts || batch.CurrentState == BatchStatus.Paused
            || busy || inFlight.Any(batch.CorrelationId) || aggregator.IsRunning(batch.CorrelationId))
        {
            _sightings[batch.CorrelationId] = new(batch.Version, counts, now);
            return;
        }

        if (now - last.At <= StuckAfter)
            return;
        var limit = batch.Spec.Limits.Waiting > 0 ? StuckInBackgroundAfter : StuckWaitingAfter;
        if (now - last.At <= limit)
        {
            if (now - last.WaitingAt < CountInterval)
                return;
            if (await IsWaitingAsync(batch, counts.Value, cancellationToken))
            {
                _sightings[batch.CorrelationId] = last with { WaitingAt = now };
                return;
            }
        }

        LogRedriving(batch.CorrelationId, batch.CurrentState);
        await bus.SendAsync(QueueNames.Batches, new RedriveBatch(batch.CorrelationId), cancellationToken);
        _sightings[batch.CorrelationId] = new(batch.Version, counts, now);
    }

    /// <summary>Whether there is nothing to do but to wait for the retries of all pending items.</summary>
    private async Task<bool> IsWaitingAsync(
        BatchState batch, ItemCounts counts, CancellationToken cancellationToken) =>
        counts.Pending > 0 && !batch.DispatchInFlight && batch.Replay is null && batch.EndStatus is null
            && await schedule.CountAsync(
                batch.CorrelationId, QueueNames.Items(batch.Spec.Limits.Priority), cancellationToken) >= counts.Pending;

    /// <param name="Version">Of the saga.</param>
    /// <param name="Counts">Of its items; null when they were not counted, because the saga had moved.</param>
    /// <param name="At">When the batch was last seen to move.</param>
    /// <param name="WaitingAt">When all of its pending items were last seen to wait.</param>
    private sealed record Sighting(int Version, ItemCounts? Counts, DateTimeOffset At, DateTimeOffset WaitingAt = default);

    [LoggerMessage(1501, LogLevel.Information, "Batch {BatchId} makes no progress in state {Status}; driving it on")]
    private partial void LogRedriving(Guid batchId, string status);

    [LoggerMessage(1502, LogLevel.Warning, "Looking for stuck batches failed; trying again")]
    private partial void LogReconcileFailed(Exception exception);

    [LoggerMessage(1503, LogLevel.Warning, "Whether batch {BatchId} is stuck could not be found out; trying again")]
    private partial void LogCheckFailed(Exception exception, Guid batchId);
}
