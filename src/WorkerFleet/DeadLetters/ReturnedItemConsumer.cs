using MassTransit;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Workers;

namespace WorkerFleet.DeadLetters;

/// <summary>
/// Decides on items that the broker took from their queue, because they were delivered too often. Most are neighbours:
/// they were in the hands of workers that something else ended. Their journal tells, and these are sent anew. What was
/// returned again and again ends its workers before anything can be journaled, and fails for good.
/// </summary>
public sealed partial class ReturnedItemConsumer(
    BatchDirectory batches, ILedger ledger, IJournal journal, ItemOutcomes outcomes, ItemSender sender,
    WorkerIdentity worker, TimeProvider time, ILogger<ReturnedItemConsumer> logger) : IConsumer<ProcessBatchItem>
{
    /// <summary>How often an item is sent anew: by then it was delivered sixty times.</summary>
    private const int MaxReturns = 2;

    private const int MaxEvents = 10_000;

    public async Task Consume(ConsumeContext<ProcessBatchItem> context)
    {
        var (item, cancellationToken) = (context.Message, context.CancellationToken);
        if (await batches.FindAsync(item.BatchId, cancellationToken) is not { } batch
            || await ledger.FindSettledAsync(item.BatchId, item.Index, cancellationToken) is not null)
            return;

        var session = ItemSession.IdFor(item.BatchId, item.Index);
        var events = await journal.ReadAsync(session, MaxEvents, cancellationToken);
        var history = ItemHistory.Read(events);
        // A replay begins anew.
        var returns = events.Count(e => e.Status == JournalStatus.Returned && e.Attempt > history.AttemptsBefore);
        if (returns >= MaxReturns)
        {
            LogGivenUp(item.Index, item.BatchId);
            await outcomes.FailAsync(
                item with { Attempt = history.NextAttempt },
                new(FailureKind.WorkerLost,
                    $"the broker took the item back {returns + 1} times: whoever receives it ends before it can begin",
                    Retryable: false, MayHaveRun: history.Interruptions > 0),
                history.Usage, cancellationToken);
            return;
        }

        LogReturned(item.Index, item.BatchId);
        // In this order: a crash in between sends it twice, which is harmless, rather than counting it twice.
        await sender.SendAsync(batch, [item with { MayRepeat = true }], cancellationToken);
        await journal.AppendAsync(
            new(session, JournalEvent.IdFor(item.Round, history.NextAttempt, returns, JournalStatus.Returned),
                time.GetUtcNow(), JournalStatus.Returned, history.NextAttempt, worker.Id),
            cancellationToken);
    }

    [LoggerMessage(1211, LogLevel.Warning, "The broker took item {Index} of batch {BatchId} from its queue; sending it anew")]
    private partial void LogReturned(long index, Guid batchId);

    [LoggerMessage(1212, LogLevel.Error, "Item {Index} of batch {BatchId} ends whoever receives it; it fails")]
    private partial void LogGivenUp(long index, Guid batchId);
}
