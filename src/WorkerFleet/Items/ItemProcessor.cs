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
/// Takes one delivery of an item to what is to become of it: journal the start, wait for a permit, invoke the agent, make
/// the outcome durable. Safe to repeat at any point: a delivery that may be a repeat reads the journal first and goes
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
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ItemProcessor> logger)
{
    /// <summary>
    /// How often an attempt is begun again after the worker in it died, before the item itself is taken to be what kills
    /// them. Generous: a fleet that is restarted often must not fail healthy items.
    /// </summary>
    private const int MaxInterruptions = 20;

    /// <summary>Events read for one item; far above what its attempts can write.</summary>
    private const int MaxEvents = 10_000;

    /// <param name="item">The message.</param>
    /// <param name="redelivered">Whether the broker says that it delivered the message before.</param>
    /// <param name="cancellationToken">Ends the invocation, when the process may wait no longer.</param>
    public async Task ProcessAsync(ProcessBatchItem item, bool redelivered, CancellationToken cancellationToken)
    {
        if (await FindBatchAsync(item, cancellationToken) is not { } batch)
            return;
        // A message from before a replay: its outcome would be stale, unless the item is brought to the round there is.
        if (item.Round < batch.State.Round)
            item = item with { Round = batch.State.Round };

        var mayRepeat = item.MayRepeat || redelivered || batch.IsOver;
        while (inFlight.TryBegin(item.BatchId, item.Index))
        {
            AttemptEnd end;
            bool turnedAway;
            try
            {
                end = await TryAttemptAsync(batch, item, mayRepeat, cancellationToken);
            }
            finally
            {
                turnedAway = inFlight.End(item.BatchId, item.Index);
            }

            // Only now: a retry that is due at once must not be taken for a second delivery of this attempt. The journal
            // has the time of the retry, so that it is not lost if the process dies here.
            if (end.Retry is { } retry)
                await schedule.PutAsync(retry, cancellationToken);
            // What was turned away can be what a resume sent, while this delivery was let go because of the pause.
            else if (end.WasBegunBefore || (turnedAway && !IsToBeLetGo(batch)))
            {
                mayRepeat = true;
                continue;
            }

            return;
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
        BatchView batch, ProcessBatchItem item, bool mayRepeat, CancellationToken cancellationToken)
    {
        if (!mayRepeat)
            return await AttemptAsync(batch, item with { Attempt = 1 }, default, cancellationToken);
        return await FindWhereItStoodAsync(batch, item, cancellationToken) is { } history
            ? await AttemptAsync(batch, item with { Attempt = history.NextAttempt }, history, cancellationToken)
            : default;
    }

    /// <summary>
    /// A paused batch lets its messages go: resuming makes those of all pending items again. So does a process that stops,
    /// and whoever takes its batches over.
    /// </summary>
    private bool IsToBeLetGo(BatchView batch) =>
        batch.IsPaused || lifetime.ApplicationStopping.IsCancellationRequested;

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
            return history;
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

        if (history.Interruptions < MaxInterruptions)
            return history;
        await outcomes.FailAsync(item with { Attempt = history.NextAttempt },
            new(FailureKind.WorkerLost, $"{history.Interruptions} workers died while they worked on this item",
                Retryable: false, MayHaveRun: true),
            null, cancellationToken);
        return null;
    }

    private async Task<AttemptEnd> AttemptAsync(
        BatchView batch, ProcessBatchItem item, ItemHistory history, CancellationToken cancellationToken)
    {
        if (batch.IsEnding)
        {
            await outcomes.CancelAsync(item, history.AttemptsEnded, batch.State.EndReason, cancellationToken);
            return default;
        }

        if (IsToBeLetGo(batch))
            return default;

        var session = ItemSession.IdFor(item.BatchId, item.Index);
        // The start that is journaled already is another delivery's, which may have ended since: what was known of the
        // item is not the whole. So no delivery, however late, invokes the agent for a settled item.
        if (!await journal.AppendAsync(NewEvent(JournalStatus.InvocationStarted), cancellationToken))
            return new(WasBegunBefore: true);
        Permit permit;
        try
        {
            permit = await governor.AcquireAsync(batch, item.Agent, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            await journal.AppendAsync(NewEvent(JournalStatus.Released), cancellationToken);
            return default;
        }

        if (batch.IsPaused || batch.IsEnding)
        {
            permit.Dispose();
            if (batch.IsEnding)
                await outcomes.CancelAsync(item, history.AttemptsEnded, batch.State.EndReason, cancellationToken);
            else
                await journal.AppendAsync(NewEvent(JournalStatus.Released), cancellationToken);
            return default;
        }

        var startedAt = time.GetUtcNow();
        var began = time.GetTimestamp();
        AgentReply? reply;
        using (permit)
            reply = await InvokeAsync(batch, item, session, cancellationToken);
        var run = new AttemptRun(startedAt, time.GetElapsedTime(began), history.Starts, worker.Id);

        if (reply is null)
            await outcomes.CancelAsync(item, history.AttemptsEnded, batch.State.EndReason, cancellationToken);
        else if (reply.Failure is not { } failure)
            await outcomes.SucceedAsync(item, reply.Output, run, cancellationToken);
        else if (failure.Retryable && item.Attempt - history.AttemptsBefore < batch.Spec.Retry.MaxAttempts)
            return new(Retry: await outcomes.RetryAsync(
                batch.Spec, item, item.Attempt - history.AttemptsBefore, failure, run, cancellationToken));
        else
            await outcomes.FailAsync(item, failure, run, cancellationToken);
        return default;

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
    /// <param name="WasBegunBefore">Nothing was done, because the attempt had been begun by another delivery.</param>
    private readonly record struct AttemptEnd(ScheduledMessage? Retry = null, bool WasBegunBefore = false);

    [LoggerMessage(1301, LogLevel.Warning, "Item {Index} is of batch {BatchId}, which does not exist; dropped")]
    private partial void LogNoBatch(Guid batchId, long index);

    [LoggerMessage(1302, LogLevel.Error, "Agent {Agent} threw on item {Index} of batch {BatchId}")]
    private partial void LogAgentThrew(Exception exception, string agent, Guid batchId, long index);
}
