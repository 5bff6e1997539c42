using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>
/// Takes one delivery of an item to what is to become of it: wait to be admitted, journal the start, wait for a permit,
/// invoke the agent, make the outcome durable. Safe to repeat at any point: a delivery that may be a repeat reads the journal first and goes
/// on where the item stood.
/// </summary>
public sealed partial class ItemProcessor(
    BatchDirectory batches,
    IAgentCatalog agents,
    InvocationGovernor governor,
    InFlightItems inFlight,
    IJournal journal,
    ILedger ledger,
    ISchedule schedule,
    ItemOutcomes outcomes,
    WorkerIdentity worker,
    WorkerOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ItemProcessor> logger)
{
    /// <summary>
    /// Workers that died with an item, from which on it is worked on by itself: one can be chance, and everything else that
    /// was in flight with the item that killed it.
    /// </summary>
    private const int SuspectAfter = 2;

    /// <summary>Events read for one item; far above what its attempts can write.</summary>
    private const int MaxEvents = 10_000;

    /// <param name="item">The message.</param>
    /// <param name="redelivered">Whether the broker says that it delivered the message before.</param>
    /// <param name="cancellationToken">Ends the invocation, when the process may wait no longer.</param>
    public async Task<DeliveryOutcome> ProcessAsync(
        ProcessBatchItem item, bool redelivered, CancellationToken cancellationToken)
    {
        if (await FindBatchAsync(item, cancellationToken) is not { } batch)
            return DeliveryOutcome.Done;
        batch.BeginUse();
        try
        {
            // A message from before a replay: its outcome would be stale, unless the item is brought to the round there is.
            if (item.Round < batch.State.Round)
                item = item with { Round = batch.State.Round };
            return await ProcessAsync(batch, item, item.MayRepeat || redelivered, cancellationToken);
        }
        finally
        {
            batch.EndUse();
        }
    }

    private async Task<DeliveryOutcome> ProcessAsync(
        BatchView batch, ProcessBatchItem item, bool mayRepeat, CancellationToken cancellationToken)
    {
        while (inFlight.TryBegin(item.BatchId, item.Index))
        {
            AttemptEnd end;
            bool turnedAway;
            try
            {
                end = await TakeInTurnAsync(batch, item, mayRepeat || batch.IsOver, cancellationToken);
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
                mayRepeat = true;
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
        BatchView batch, ProcessBatchItem item, bool mayRepeat, CancellationToken cancellationToken)
    {
        Place? suspects = null;
        try
        {
            while (!batch.IsEnding && !batch.IsOver)
            {
                if (IsToBeLetGo(batch))
                    return LetGo();
                if (await TryWaitAsync(governor.AdmitAsync(batch, item.Agent)) is not { } admission)
                    continue;
                AttemptEnd end;
                using (admission)
                    end = await TryAttemptAsync(
                        batch, item, mayRepeat, new(admission, suspects is not null), cancellationToken);
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

        return await TryAttemptAsync(batch, item, mayRepeat || batch.IsOver, default, cancellationToken);
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
        BatchView batch, ProcessBatchItem item, bool mayRepeat, Turn turn, CancellationToken cancellationToken)
    {
        if (!mayRepeat)
            return await AttemptAsync(batch, item with { Attempt = 1 }, default, turn, cancellationToken);
        if (await FindWhereItStoodAsync(batch, item, cancellationToken) is not { } history)
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

    /// <returns>Null when nothing is left to do for this delivery.</returns>
    private async Task<ItemHistory?> FindWhereItStoodAsync(
        BatchView batch, ProcessBatchItem item, CancellationToken cancellationToken)
    {
        if (await ledger.FindSettledAsync(item.BatchId, item.Index, cancellationToken) is { } settled)
        {
            await outcomes.NotifyAgainAsync(item, settled, cancellationToken);
            return null;
        }

        if (batch.IsOver)
            return null;
        var history = ItemHistory.Read(await journal.ReadAsync(
            ItemSession.IdFor(item.BatchId, item.Index), MaxEvents, cancellationToken));
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
            await outcomes.FailAsync(item with { Attempt = history.AttemptsEnded }, failure, null, cancellationToken);
            return null;
        }

        if (history.NextAttemptAt > time.GetUtcNow())
        {
            await schedule.PutAsync(
                RetrySchedule.Create(batch.Spec, item with { Attempt = history.NextAttempt }, history.NextAttemptAt.Value),
                cancellationToken);
            return null;
        }

        if (history.Interruptions < options.MaxInterruptions)
            return history;
        await outcomes.FailAsync(item with { Attempt = history.NextAttempt },
            new(FailureKind.WorkerLost, $"{history.Interruptions} workers died while they worked on this item",
                Retryable: false, MayHaveRun: true),
            null, cancellationToken);
        return null;
    }

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
        using (permit.Value)
            try
            {
                reply = await InvokeAsync(batch, item, session, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The process lives: that it lost the broker, or may wait no longer, must not be put down to the item.
                await journal.AppendAsync(NewEvent(JournalStatus.Released), CancellationToken.None);
                throw;
            }
        var run = new AttemptRun(startedAt, time.GetElapsedTime(began), history.Starts, worker.Id);

        if (reply is null)
            return await CancelAsync();
        // What the agent said is paid for: it is made durable even if the broker is lost by now, or the process ends.
        if (reply.Failure is not { } failure)
            await outcomes.SucceedAsync(item, reply.Output, run, CancellationToken.None);
        else if (failure.Retryable && item.Attempt - history.AttemptsBefore < batch.Spec.Retry.MaxAttempts)
            return new(Retry: await outcomes.RetryAsync(
                batch.Spec, item, item.Attempt - history.AttemptsBefore, failure, run, CancellationToken.None));
        else
            await outcomes.FailAsync(item, failure, run, CancellationToken.None);
        inFlight.CountSettled();
        return default;

        async Task<AttemptEnd> CancelAsync()
        {
            await outcomes.CancelAsync(item, history.AttemptsEnded, batch.State.EndReason, cancellationToken);
            inFlight.CountSettled();
            return default;
        }

        JournalEvent NewEvent(string status) => new(
            session, JournalEvent.IdFor(item.Round, item.Attempt, history.Starts, status), time.GetUtcNow(), status,
            item.Attempt, worker.Id);
    }

    /// <returns>Null when the batch ended early and waits no longer for the answer.</returns>
    private async Task<AgentReply?> InvokeAsync(
        BatchView batch, ProcessBatchItem item, string session, CancellationToken cancellationToken)
    {
        if (agents.Find(item.Agent) is not { } agent)
            return AgentReply.Fail(new(FailureKind.InvalidInput,
                $"there is no agent '{item.Agent}' in this worker's configuration", Retryable: false));

        var limit = batch.Spec.Limits.AttemptTimeout;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, batch.Abandoned);
        timeout.CancelAfter(limit);
        try
        {
            var call = agent.InvokeAsync(
                new(session, item.BatchId, item.Index, item.Attempt, item.Input), timeout.Token);
            // An agent that does not heed the token must not hold up the batch, or the end of the process.
            return await call.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (batch.Abandoned.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return AgentReply.Fail(new(FailureKind.Timeout,
                $"agent '{item.Agent}' gave no answer within {limit}", Retryable: true, MayHaveRun: true));
        }
        catch (Exception exception)
        {
            // The boundary to code that is not ours: an agent that throws is an agent that failed.
            LogAgentThrew(exception, item.Agent, item.BatchId, item.Index);
            return AgentReply.Fail(new(FailureKind.AgentError,
                $"agent '{item.Agent}' threw {exception.GetType().Name}: {exception.Message}", Retryable: true,
                MayHaveRun: true));
        }
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

    [LoggerMessage(1302, LogLevel.Error, "Agent {Agent} threw on item {Index} of batch {BatchId}")]
    private partial void LogAgentThrew(Exception exception, string agent, Guid batchId, long index);
}
