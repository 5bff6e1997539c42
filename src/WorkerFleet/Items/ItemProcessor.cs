using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.Journal;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Telemetry;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>
/// Takes one delivery of an item to what is to become of it: wait to be admitted, journal the start, wait for a permit,
/// invoke the agent, make the outcome durable. Safe to repeat at any point: a delivery that may be a repeat reads the
/// journal first and goes on where the item stood (<see cref="ItemResumption"/>).
/// </summary>
public sealed partial class ItemProcessor(
    BatchDirectory batches,
    ItemResumption resumption,
    AgentInvoker invoker,
    AgentMeter meter,
    InvocationGovernor governor,
    InFlightItems inFlight,
    HeldItems held,
    IJournal journal,
    ISchedule schedule,
    ItemOutcomes outcomes,
    AcceptedItems accepted,
    WorkerIdentity worker,
    FleetBus bus,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ItemProcessor> logger)
{
    /// <summary>
    /// Workers that died with an item, from which on it is worked on by itself: one can be chance, and everything else that
    /// was in flight with the item that killed it.
    /// </summary>
    private const int SuspectAfter = 2;

    /// <param name="item">The message.</param>
    /// <param name="redelivered">Whether the broker says that it delivered the message before.</param>
    /// <param name="cancellationToken">Ends the invocation, when the process may wait no longer.</param>
    public async Task<DeliveryOutcome> ProcessAsync(
        ProcessBatchItem item, bool redelivered, CancellationToken cancellationToken)
    {
        if (await FindBatchAsync(item, cancellationToken) is not { } batch)
            return DeliveryOutcome.Done;
        batch.BeginUse();
        using var activity = FleetTrace.StartItem(batch.State, item, bus.System);
        // Warnings name batch and row themselves; where nothing else is written, a scope would cost 3 % of each row's time.
        using var scope = logger.IsEnabled(LogLevel.Information) ? logger.BeginScope(new ItemScope(batch, item)) : null;
        try
        {
            // A message from before a replay: its outcome would be stale, unless the item is brought to the round there is.
            if (item.Round < batch.State.Round)
                item = item with { Round = batch.State.Round };
            return await ProcessAsync(batch, item, new(item.MayRepeat || redelivered, redelivered), cancellationToken);
        }
        finally
        {
            batch.EndUse();
        }
    }

    private async Task<DeliveryOutcome> ProcessAsync(
        BatchView batch, ProcessBatchItem item, Delivery delivery, CancellationToken cancellationToken)
    {
        while (inFlight.TryBegin(item.BatchId, item.Index))
        {
            AttemptEnd end;
            bool turnedAway;
            try
            {
                end = await TakeInTurnAsync(batch, item, delivery.OrRepeat(batch.IsOver), cancellationToken);
            }
            finally
            {
                turnedAway = inFlight.End(item.BatchId, item.Index);
            }

            // Only now: a retry that is due at once must not be taken for a second delivery of this attempt. The journal
            // has the time of the retry, so that it is not lost if the process dies here.
            if (end.Retry is { } retry)
                await schedule.PutAsync(retry, CancellationToken.None);
            // What was turned away can be what a resume sent, while this delivery was let go because of the pause.
            else if (end.WasBegunBefore || (turnedAway && !IsToBeLetGo(batch))
                || (end.WasPaused && await HasGoneOnAsync(batch, cancellationToken)))
            {
                delivery = delivery.OrRepeat(true);
                continue;
            }

            return end.WasStopped ? DeliveryOutcome.LetGo : DeliveryOutcome.Done;
        }

        return DeliveryOutcome.Done;
    }

    /// <summary>
    /// Waits to be admitted, unless nothing is to be begun: what is left of a batch that ends early is cancelled by itself.
    /// </summary>
    private async Task<AttemptEnd> TakeInTurnAsync(
        BatchView batch, ProcessBatchItem item, Delivery delivery, CancellationToken cancellationToken)
    {
        Place? suspects = null;
        try
        {
            while (!batch.IsEnding && !batch.IsOver)
            {
                if (IsToBeLetGo(batch))
                {
                    if (delivery.MayRepeat && batch.IsPaused)
                        await resumption.TryTellAgainAsync(item, cancellationToken);
                    return LetGo();
                }

                if (held.IsHeld(item))
                    return new(Retry: await held.TakeOutAsync(batch, item, delivery.MayRepeat, cancellationToken));
                if (await TryWaitAsync(governor.AdmitAsync(batch, item.Agent)) is not { } admission)
                    continue;
                AttemptEnd end;
                using (admission)
                    end = await TryAttemptAsync(
                        batch, item, delivery, new(admission, suspects is not null), cancellationToken);
                if (!end.IsSuspect)
                    return end;
                // Without an admission meanwhile: other items need it.
                suspects = await TryWaitAsync(governor.EnterSuspectAsync(batch));
            }
        }
        finally
        {
            suspects?.Dispose();
        }

        return await TryAttemptAsync(batch, item, delivery.OrRepeat(batch.IsOver), default, cancellationToken);
    }

    /// <returns>Null when the wait was ended: the batch does not go on as it did, or the process stops.</returns>
    private static async ValueTask<T?> TryWaitAsync<T>(ValueTask<T> wait)
        where T : struct
    {
        try
        {
            return await wait;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <returns>Null when there is nothing to do for a message of such a batch.</returns>
    private async ValueTask<BatchView?> FindBatchAsync(ProcessBatchItem item, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(item.BatchId, cancellationToken) is not { } batch)
        {
            LogNoBatch(item.BatchId, item.Index);
            return null;
        }

        // Without an agent it was sent to be cancelled, by a batch that ends early. This process may not know yet that it
        // does, or the message is late, and a replay has sent the item anew since.
        return item.Agent.Length == 0 && !batch.IsEnding
            && await batches.RefreshAsync(item.BatchId, cancellationToken) is not { IsEnding: true }
            ? null
            : batch;
    }

    private async Task<AttemptEnd> TryAttemptAsync(
        BatchView batch, ProcessBatchItem item, Delivery delivery, Turn turn, CancellationToken cancellationToken)
    {
        if (!delivery.MayRepeat)
            return await AttemptAsync(batch, item with { Attempt = 1 }, default, turn, cancellationToken);
        if (await resumption.FindWhereItStoodAsync(batch, item, delivery.WasLost, cancellationToken) is not { } history)
            return default;
        return history.Interruptions >= SuspectAfter && !turn.AsSuspect && !batch.IsEnding
            ? new(IsSuspect: true)
            : await AttemptAsync(batch, item with { Attempt = history.NextAttempt }, history, turn, cancellationToken);
    }

    /// <summary>
    /// A paused batch lets its messages go: resuming makes those of all pending items again. So does a process that stops,
    /// and whoever takes its batches over.
    /// </summary>
    private bool IsToBeLetGo(BatchView batch) =>
        batch.IsPaused || lifetime.ApplicationStopping.IsCancellationRequested;

    private AttemptEnd LetGo() => lifetime.ApplicationStopping.IsCancellationRequested
        ? new(WasStopped: true)
        : new(WasPaused: true);

    /// <summary>
    /// Whether the batch was resumed, which this process may not know yet: what the resume sent can be the very message
    /// that would be let go, or have been turned away because of it. What is sent from now on comes as another delivery.
    /// </summary>
    private async Task<bool> HasGoneOnAsync(BatchView batch, CancellationToken cancellationToken) =>
        await batches.RefreshAsync(batch.Id, cancellationToken) is { IsPaused: false };

    private async Task<AttemptEnd> AttemptAsync(
        BatchView batch, ProcessBatchItem item, ItemHistory history, Turn turn, CancellationToken cancellationToken)
    {
        if (batch.IsEnding)
            return await CancelAsync();
        if (IsToBeLetGo(batch))
            return LetGo();
        // It went on again, between a look and the next.
        if (turn.Admission is not { } admission)
            return new(WasBegunBefore: true);

        var session = ItemSession.IdFor(item.BatchId, item.Index);
        // The start that is journaled already is another delivery's, which may have ended since: what was known of the
        // item is not the whole. So no delivery, however late, invokes the agent for a settled item.
        if (!await journal.AppendAsync(NewEvent(JournalStatus.InvocationStarted), cancellationToken))
            return new(WasBegunBefore: true);
        var permit = await TryWaitAsync(governor.AcquireAsync(admission));
        if (permit is null || batch.IsPaused || batch.IsEnding)
        {
            permit?.Dispose();
            if (batch.IsEnding)
                return await CancelAsync();
            await journal.AppendAsync(NewEvent(JournalStatus.Released), CancellationToken.None);
            return IsToBeLetGo(batch) ? LetGo() : new(WasBegunBefore: true);
        }

        var startedAt = time.GetUtcNow();
        var began = time.GetTimestamp();
        AgentReply? reply;
        bool waited;
        inFlight.BeginCall(item.BatchId);
        using (permit.Value)
            try
            {
                var call = invoker.InvokeAsync(batch, item, history.Returns, cancellationToken);
                waited = !call.IsCompleted;
                reply = await call;
                if (reply is not null)
                    permit.Value.End(reply.Failure);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The process lives: that it lost the broker, or may wait no longer, must not be put down to the item.
                await journal.AppendAsync(NewEvent(JournalStatus.Released), CancellationToken.None);
                if (lifetime.ApplicationStopping.IsCancellationRequested)
                    inFlight.CountGivenUp();
                throw;
            }
            finally
            {
                inFlight.EndCall(item.BatchId);
            }
        var duration = time.GetElapsedTime(began);
        // The call that has the permit now is to be made before the work on this one's answer, which many others can be before.
        if (waited)
            await new BehindOthers();
        inFlight.Latencies.Add(item.BatchId, duration);
        // A call that the batch no longer waits for may have run all the same.
        if (reply is null)
            return await CancelAsync(meter.Measure(item.Agent, told: null, duration));
        var run = new AttemptRun(
            startedAt, duration, history.Starts, worker.Id, meter.Measure(item.Agent, reply, duration), history.Usage,
            history.FirstStartedAt);

        // What the agent said is paid for: it is made durable even if the broker is lost by now, or the process ends.
        if (reply.Failure is null
            && await accepted.TryAcceptAsync(batch, item, reply.Output, run, CancellationToken.None))
            return default;
        if (reply.Failure is not { } failure)
            await outcomes.SucceedAsync(item, reply.Output, run, CancellationToken.None);
        else if (permit.Value.TakesBack(failure, history.Returns, item.HeldSince))
            return new(Retry: await outcomes.TakeBackAsync(
                batch.Spec, item, history.Returns, failure, run, held.NextCallOf(item), CancellationToken.None));
        else if (failure.Retryable && item.Attempt - history.AttemptsBefore
            < Math.Min(batch.Spec.Retry.MaxAttempts, failure.AttemptLimit ?? int.MaxValue))
            return new(Retry: await outcomes.RetryAsync(
                batch.Spec, item, item.Attempt - history.AttemptsBefore, failure, run, CancellationToken.None));
        else
            await outcomes.FailAsync(item, failure, run, CancellationToken.None);
        inFlight.CountSettled();
        return default;

        async Task<AttemptEnd> CancelAsync(AgentUsage givenUp = default)
        {
            await outcomes.CancelAsync(
                item, history.AttemptsEnded, history.Usage.With(givenUp), batch.State.EndReason, cancellationToken);
            inFlight.CountSettled();
            return default;
        }

        JournalEvent NewEvent(string status) => new(
            session, JournalEvent.IdFor(item.Round, item.Attempt, history.Starts, status), time.GetUtcNow(), status,
            item.Attempt, worker.Id);
    }

    /// <param name="MayRepeat">Whether the item may have been worked on before, so that its journal has to be read.</param>
    /// <param name="WasLost">Whether a worker that had the very message has lost it.</param>
    private readonly record struct Delivery(bool MayRepeat, bool WasLost)
    {
        public Delivery OrRepeat(bool mayRepeat) => this with { MayRepeat = MayRepeat || mayRepeat };
    }

    /// <param name="Retry">The next attempt, when there is to be one.</param>
    /// <param name="WasBegunBefore">Nothing was done, or it was given back: look anew where the item stands.</param>
    /// <param name="IsSuspect">Nothing was done, because workers died with the item: it waits to be worked on alone.</param>
    /// <param name="WasPaused">Nothing was done, or it was given back, because the batch is paused.</param>
    /// <param name="WasStopped">Nothing was done, or it was given back, because the process stops.</param>
    private readonly record struct AttemptEnd(
        ScheduledMessage? Retry = null, bool WasBegunBefore = false, bool IsSuspect = false, bool WasPaused = false,
        bool WasStopped = false);

    /// <param name="Admission">Null when nothing is to be begun.</param>
    /// <param name="AsSuspect">Whether it has the place of the items that workers died with.</param>
    private readonly record struct Turn(Admission? Admission, bool AsSuspect);

    [LoggerMessage(1301, LogLevel.Warning, "Item {Index} is of batch {BatchId}, which does not exist; dropped")]
    private partial void LogNoBatch(Guid batchId, long index);
}
