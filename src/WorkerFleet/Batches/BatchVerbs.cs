using MassTransit;
using Microsoft.Extensions.Logging;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Batches;

/// <summary>What the states of <see cref="BatchStateMachine"/> do. Each is safe to repeat.</summary>
public sealed partial class BatchVerbs(
    ILedger ledger, ISchedule schedule, TimeProvider time, ILogger<BatchVerbs> logger)
{
    /// <summary>Slices that one DispatchBatch handles at most, so that no message is held for long.</summary>
    private const int SlicesPerDispatch = 4;

    /// <summary>How soon a replay that cannot begin yet asks again.</summary>
    private static readonly TimeSpan ReplayWait = TimeSpan.FromSeconds(1);

    public void Accept(BehaviorContext<BatchState, SubmitBatch> context) => context.Saga.Accept(context.Message);

    /// <summary>Says that the batch begins to be driven.</summary>
    public void Announce(BehaviorContext<BatchState, SubmitBatch> context)
    {
        var batch = context.Saga;
        if (!batch.DispatchInFlight && batch.SlicesDispatched == 0)
            LogSubmitted(batch.CorrelationId, batch.Spec.Name, batch.Spec.Owner, batch.TotalRows);
    }

    public Task ScheduleDeadlineAsync(BehaviorContext<BatchState> context)
    {
        var batch = context.Saga;
        return batch.Spec.Limits.Deadline is not { } deadline
            ? Task.CompletedTask
            : schedule.PutAsync(
                ScheduledMessages.Create(
                    $"deadline/{batch.CorrelationId:N}", batch.CorrelationId, batch.SubmittedAt + deadline,
                    QueueNames.Batches, new BatchDeadlineReached(batch.CorrelationId)),
                context.CancellationToken);
    }

    /// <summary>
    /// Sends the next DispatchBatch, unless one is under way, the source has ended, or the window is full. A batch that
    /// ends early has no window: its rows go straight to cancelled.
    /// </summary>
    public Task DispatchNextAsync(BehaviorContext<BatchState> context) => DispatchNextAsync(context, atLeast: 1);

    /// <summary>
    /// As <see cref="DispatchNextAsync(BehaviorContext{BatchState})"/>, where what is dispatched lasts still: waits until there is
    /// room for two slices, so that they share messages. Nothing waits for long: a slice that is settled is followed at once.
    /// </summary>
    public Task DispatchTogetherAsync(BehaviorContext<BatchState> context) => DispatchNextAsync(context, atLeast: 2);

    private static async Task DispatchNextAsync(BehaviorContext<BatchState> context, int atLeast)
    {
        var batch = context.Saga;
        if (batch.DispatchInFlight || batch.DispatchComplete)
            return;
        var free = batch.EndStatus is null
            ? DispatchWindow.SlicesOf(batch.Spec.Limits) - (batch.SlicesDispatched - batch.DrainedSlices.Count)
            : SlicesPerDispatch;
        if (free < atLeast)
            return;
        batch.DispatchInFlight = true;
        await context.SendAsync(QueueNames.Dispatch, new DispatchBatch(
            batch.CorrelationId, batch.Cursor, batch.SlicesDispatched, Math.Min(free, SlicesPerDispatch)));
    }

    public void Advance(BehaviorContext<BatchState, SlicesDispatched> context)
    {
        var (batch, dispatched) = (context.Saga, context.Message);
        var end = dispatched.FirstSlice + dispatched.Count;
        foreach (var slice in dispatched.Settled)
        {
            batch.DrainedSlices.Add(slice);
            batch.SettledSlices.Add(slice);
        }

        foreach (var slice in dispatched.Draining ?? [])
            batch.DrainedSlices.Add(slice);

        // Of reports that begin where the batch stands the first one counts. Another is a second chain's, begun by a
        // repair: were it followed too, every slice would be dispatched twice from then on.
        if (dispatched.FirstSlice != batch.SlicesDispatched)
            return;
        batch.SlicesDispatched = end;
        batch.Cursor = dispatched.Next;
        if (dispatched.EndOfSource && !batch.DispatchComplete)
            LogDispatched(batch.CorrelationId, batch.TotalRows, batch.SlicesDispatched);
        batch.DispatchComplete |= dispatched.EndOfSource;
        batch.DispatchInFlight = false;
    }

    public void MarkDraining(BehaviorContext<BatchState, SliceDraining> context) =>
        context.Saga.DrainedSlices.Add(context.Message.Slice);

    /// <summary>The message may be late, from before a replay reopened the slice: the ledger decides.</summary>
    public async Task MarkSettledAsync(BehaviorContext<BatchState, SliceSettled> context)
    {
        var slice = await ledger.FindSliceAsync(
            context.Message.BatchId, context.Message.Slice, context.CancellationToken);
        if (slice is not { Pending.IsEmpty: true })
            return;
        context.Saga.DrainedSlices.Add(slice.Number);
        context.Saga.SettledSlices.Add(slice.Number);
    }

    /// <summary>Sets the reason to end once more failed than is tolerated.</summary>
    public async Task CheckFailurePolicyAsync(BehaviorContext<BatchState> context)
    {
        var batch = context.Saga;
        // While a replay still reopens items, those it has not come to yet count as failed.
        if (batch.EndStatus is not null || batch.Replay is not null || !batch.Spec.Failures.Limits)
            return;
        var counts = await ledger.CountAsync(batch.CorrelationId, context.CancellationToken);
        if (batch.Spec.Failures.ReasonToStop(counts, batch.TotalRows, batch.FailuresLeft) is { } reason)
            RequestEnd(batch, reason, BatchStatus.Failed);
    }

    public void ChangeLimits(BehaviorContext<BatchState, SetLimits> context)
    {
        var (batch, change) = (context.Saga, context.Message);
        if (change.RequestedAt <= batch.LimitsChangedAt)
            return;
        var (limits, retry) = (batch.Spec.Limits, batch.Spec.Retry);
        batch.LimitsChangedAt = change.RequestedAt;
        batch.Spec = batch.Spec with
        {
            Limits = limits with
            {
                Concurrency = change.Concurrency ?? limits.Concurrency,
                AttemptTimeout = change.AttemptTimeout ?? limits.AttemptTimeout,
                Priority = change.Priority ?? limits.Priority,
            },
            Retry = retry with { MaxAttempts = change.MaxAttempts ?? retry.MaxAttempts },
        };
    }

    public void RequestCancel(BehaviorContext<BatchState, CancelBatch> context) =>
        RequestEnd(context.Saga, context.Message.Reason, BatchStatus.Cancelled);

    public void RequestDeadlineEnd(BehaviorContext<BatchState, BatchDeadlineReached> context)
    {
        if (!context.Saga.Reopened)
            RequestEnd(context.Saga, $"the deadline of {context.Saga.Spec.Limits.Deadline} passed",
                BatchStatus.Failed);
    }

    public void RequestFailedEnd(BehaviorContext<BatchState, DispatchFailed> context) =>
        RequestEnd(context.Saga, context.Message.Problem, BatchStatus.Failed);

    public bool MustEnd(BehaviorContext<BatchState> context) => context.Saga.EndStatus is not null;

    public bool IsEnding(BehaviorContext<BatchState> context) => context.Saga.EndStatus is not null;

    public bool IsDispatchComplete(BehaviorContext<BatchState> context) => context.Saga.DispatchComplete;

    public bool IsAllSettled(BehaviorContext<BatchState> context)
    {
        var batch = context.Saga;
        return batch.DispatchComplete && batch.Replay is null
            && batch.SettledSlices.Count == batch.SlicesDispatched;
    }

    /// <summary>Hands each failed item, with its message and its fault, to the dead-letter queue.</summary>
    public async Task RouteDeadLettersAsync(BehaviorContext<BatchState, ItemsExhausted> context)
    {
        foreach (var item in context.Message.Items)
            await context.SendAsync(QueueNames.DeadLetter, item);
    }

    /// <summary>Whatever was on its way may be lost; what is not lost repeats harmlessly.</summary>
    public void ForgetInFlight(BehaviorContext<BatchState> context) => context.Saga.DispatchInFlight = false;

    /// <summary>Makes the messages of pending items again, and goes on with a replay that was interrupted.</summary>
    public async Task RedriveAsync(BehaviorContext<BatchState> context)
    {
        var batch = context.Saga;
        // In a batch that ends nobody is called any more, so that nothing is lost by sending rows twice.
        await context.SendAsync(QueueNames.Dispatch, batch.EndStatus is not null
            ? new RedriveItems(batch.CorrelationId, 0)
            : new RedriveItems(batch.CorrelationId, 0, batch.SlicesDispatched, Reopening(batch)));
    }

    /// <summary>
    /// Not one that was begun before, nor one that waited until the batch was told to end: the later word counts.
    /// </summary>
    public bool IsNewReplay(BehaviorContext<BatchState, ReplayItems> context) =>
        context.Saga.LastReplayId != context.Message.ReplayId
        && !(context.Message.RequestedAt < context.Saga.EndRequestedAt);

    /// <summary>Whether another replay is still being begun.</summary>
    public bool MustWait(BehaviorContext<BatchState, ReplayItems> context) =>
        context.Saga.Replay is { } replay && replay.ReplayId != context.Message.ReplayId;

    /// <summary>Puts the replay off, until the batch is in a state to begin it.</summary>
    public Task DeferReplayAsync(BehaviorContext<BatchState, ReplayItems> context) => schedule.PutAsync(
        BatchController.ReplayCommand(context.Message, time.GetUtcNow() + ReplayWait), context.CancellationToken);

    public void BeginReplay(BehaviorContext<BatchState, ReplayItems> context)
    {
        var batch = context.Saga;
        if (batch.LastReplayId == context.Message.ReplayId)
            return;
        batch.LastReplayId = context.Message.ReplayId;
        batch.Replay = context.Message;
        batch.Reopened |= batch.FinishedAt is not null;
        batch.Round++;
        batch.EndReason = batch.EndStatus = batch.OutputProblem = null;
        batch.EndRequestedAt = batch.FinishedAt = null;
    }

    public async Task ReopenItemsAsync(BehaviorContext<BatchState> context)
    {
        if (Reopening(context.Saga) is { } reopening)
            await context.SendAsync(QueueNames.Dispatch, reopening);
    }

    private static ReopenItems? Reopening(BatchState batch) =>
        batch.Replay is { } replay ? new(batch.CorrelationId, batch.Round, replay) : null;

    /// <summary>The message may be late, and the slice settled again since: the ledger decides.</summary>
    public async Task MarkReopenedAsync(BehaviorContext<BatchState, SlicesReopened> context)
    {
        foreach (var number in context.Message.Slices)
            if (await ledger.FindSliceAsync(context.Message.BatchId, number, context.CancellationToken)
                is { Pending.IsEmpty: false })
                context.Saga.SettledSlices.Remove(number);
    }

    public async Task EndReplayAsync(BehaviorContext<BatchState, ItemsReopened> context)
    {
        var batch = context.Saga;
        if (batch.Replay?.ReplayId != context.Message.ReplayId)
            return;
        batch.Replay = null;
        LogReplayed(batch.CorrelationId, batch.Round, context.Message.Count);
        if (!batch.Reopened || !batch.Spec.Failures.Limits)
            return;
        var counts = await ledger.CountAsync(batch.CorrelationId, context.CancellationToken);
        batch.FailuresLeft = counts.Failed + counts.Rejected;
    }

    public Task AggregateAsync(BehaviorContext<BatchState> context) =>
        context.SendAsync(QueueNames.Results, new AggregateBatch(context.Saga.CorrelationId, context.Saga.Round));

    public bool IsOfThisRound(BehaviorContext<BatchState, BatchAggregated> context) =>
        context.Saga.Round == context.Message.Round;

    public bool IsOfThisRound(BehaviorContext<BatchState, BatchIncomplete> context) =>
        context.Saga.Round == context.Message.Round;

    public void Finish(BehaviorContext<BatchState, BatchAggregated> context)
    {
        var (batch, aggregated) = (context.Saga, context.Message);
        batch.FinishedAt = time.GetUtcNow();
        batch.EndStatus = aggregated.Status;
        batch.OutputProblem = aggregated.OutputProblem;
        var counts = aggregated.Counts ?? default;
        LogFinished(
            batch.CorrelationId, aggregated.Status, (batch.FinishedAt.Value - batch.SubmittedAt).TotalSeconds,
            counts.Succeeded, counts.Failed, counts.Rejected, counts.Cancelled);
    }

    /// <summary>Makes the bitmap anew from the ledger.</summary>
    public async Task RecountAsync(BehaviorContext<BatchState> context)
    {
        var batch = context.Saga;
        var settled = new RowSet(batch.SlicesDispatched);
        for (var from = 0; from < batch.SlicesDispatched;)
        {
            var page = await ledger.ReadSlicesAsync(
                batch.CorrelationId, from, 256, pendingOnly: false, context.CancellationToken);
            if (page.Count == 0)
                break;
            foreach (var slice in page.Where(slice => slice.Pending.IsEmpty))
                settled.Add(slice.Number);
            from = page[^1].Number + 1;
        }

        LogRecounted(batch.CorrelationId, batch.SettledSlices.Count, settled.Count);
        batch.SettledSlices = settled;
        batch.DrainedSlices = settled.Copy();
    }

    private void RequestEnd(BatchState batch, string reason, string status)
    {
        if (batch.EndStatus is not null)
            return;
        batch.EndReason = reason;
        batch.EndStatus = status;
        batch.EndRequestedAt = time.GetUtcNow();
        batch.Replay = null;
        LogEnding(batch.CorrelationId, reason);
    }
}
