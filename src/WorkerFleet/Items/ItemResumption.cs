using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>
/// What a delivery that may be a repeat begins with: reads where the item stood, and does what is left to do where no attempt
/// is. Every step that a crash can have cut off is made up for here.
/// </summary>
public sealed class ItemResumption(
    IJournal journal, ILedger ledger, ISchedule schedule, ItemOutcomes outcomes, AcceptedItems accepted,
    LiveWorkers workers, WorkerIdentity worker, WorkerOptions options, TimeProvider time)
{
    /// <summary>Events read for one item; far above what its attempts can write.</summary>
    private const int MaxEvents = 10_000;

    /// <summary>How soon it is looked again whether another worker is through with an item.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Does what a worker that died behind the outcome had left to do. Also of a batch that lets its messages go: when it is resumed,
    /// settled items get none any more.
    /// </summary>
    /// <returns>Whether the item is settled.</returns>
    public async Task<bool> TryTellAgainAsync(ProcessBatchItem item, CancellationToken cancellationToken)
    {
        if (await ledger.FindSettledAsync(item.BatchId, item.Index, cancellationToken) is not { } settled)
            return false;
        await outcomes.NotifyAgainAsync(item, settled, cancellationToken);
        return true;
    }

    /// <param name="batch">The batch.</param>
    /// <param name="item">The message.</param>
    /// <param name="redelivered">
    /// Whether the broker delivered the very message before: then whoever had it has lost it, and works on it no more.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when nothing is left to do for this delivery.</returns>
    public async Task<ItemHistory?> FindWhereItStoodAsync(
        BatchView batch, ProcessBatchItem item, bool redelivered, CancellationToken cancellationToken)
    {
        if (await TryTellAgainAsync(item, cancellationToken) || batch.IsOver)
            return null;
        var history = ItemHistory.Read(await journal.ReadAsync(
            ItemSession.IdFor(item.BatchId, item.Index), MaxEvents, cancellationToken));
        // Also of a batch that ends: the work is done and paid for.
        if (history.Completed is not null)
        {
            await accepted.CompleteAsync(
                batch, item with { Attempt = history.NextAttempt }, history, cancellationToken);
            return null;
        }

        if (batch.IsEnding)
        {
            if (WhenGivenUp(batch, history) is not { } givenUpAt)
                return history;
            await schedule.PutAsync(
                RetrySchedule.Create(batch.Spec, item with { Attempt = history.NextAttempt }, givenUpAt), cancellationToken);
            return null;
        }

        if (history.FinalFailure is { } failure)
        {
            await outcomes.FailAsync(item with { Attempt = history.AttemptsEnded }, failure, history.Usage, cancellationToken);
            return null;
        }

        if (history.NextAttemptAt > time.GetUtcNow())
        {
            await schedule.PutAsync(
                RetrySchedule.Create(batch.Spec, item with { Attempt = history.NextAttempt }, history.NextAttemptAt.Value),
                cancellationToken);
            return null;
        }

        if (history.Accepted is not null)
        {
            await accepted.WaitOnAsync(batch, item with { Attempt = history.NextAttempt }, history, cancellationToken);
            return null;
        }

        if (!redelivered && await IsElsewhereAsync(history, cancellationToken))
        {
            await schedule.PutAsync(
                RetrySchedule.Create(batch.Spec, item with { Attempt = history.NextAttempt }, time.GetUtcNow() + LookInterval),
                cancellationToken);
            return null;
        }

        if (history.Interruptions < options.MaxInterruptions)
            return history;
        await outcomes.FailAsync(item with { Attempt = history.NextAttempt },
            new(FailureKind.WorkerLost, $"{history.Interruptions} workers died while they worked on this item",
                Retryable: false, MayHaveRun: true),
            history.Usage, cancellationToken);
        return null;
    }

    /// <summary>
    /// Whether a worker that lives is in an attempt: this message is a copy, made by a resume, say, while the agent was being called.
    /// Without the look again, an attempt would be lost of which that worker has lost the message.
    /// </summary>
    private async ValueTask<bool> IsElsewhereAsync(ItemHistory history, CancellationToken cancellationToken) =>
        !options.Embedded && history.LastStartBy is { } other && other != worker.Id
        && await workers.IsAliveAsync(other, cancellationToken);

    /// <summary>
    /// An attempt that was begun and has not ended can be in another worker's hands, which gets its time to finish it, as an
    /// attempt in this process does.
    /// </summary>
    /// <returns>When the item may be cancelled all the same; null: at once.</returns>
    private DateTimeOffset? WhenGivenUp(BatchView batch, ItemHistory history) =>
        !options.Embedded && history.Interruptions > 0
        && batch.State.EndRequestedAt + BatchDirectory.CancelGrace is { } givenUpAt && givenUpAt > time.GetUtcNow()
            ? givenUpAt
            : null;
}
