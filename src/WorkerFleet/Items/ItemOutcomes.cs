using System.Globalization;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>Makes what became of an attempt durable, and then tells whoever waits for it.</summary>
public sealed class ItemOutcomes(
    IJournal journal, ILedger ledger, FleetBus bus, ExhaustedReporter exhausted,
    WorkerIdentity worker, TimeProvider time)
{
    public async Task SucceedAsync(
        ProcessBatchItem item, ReadOnlyMemory<byte> output, AttemptRun run, CancellationToken cancellationToken)
    {
        var usage = run.Usage.IsNone
            ? ""
            : $",\"usage\":{JsonSerializer.Serialize(run.Usage, FleetJson.Options)}";
        var detail = string.Create(CultureInfo.InvariantCulture,
            $$"""{"agent":"{{item.Agent}}","durationMs":{{run.Duration.TotalMilliseconds:F3}}{{usage}}}""");
        await SettleAsync(Settlement(item, ItemState.Succeeded, item.Attempt, run, run.Earlier) with
        {
            Output = output,
            Event = NewEvent(item, JournalStatus.InvocationSucceeded, run.Start, detail),
        }, cancellationToken);
    }

    /// <summary>The item failed for good: its outcome first, then the report that takes it to the dead letters.</summary>
    public Task FailAsync(
        ProcessBatchItem item, ItemFailure failure, AttemptRun run, CancellationToken cancellationToken) =>
        FailAsync(item, failure, run, run.Earlier, cancellationToken);

    /// <summary>The item failed for good without another call.</summary>
    /// <param name="item">The item.</param>
    /// <param name="failure">Why.</param>
    /// <param name="used">What its calls used.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task FailAsync(
        ProcessBatchItem item, ItemFailure failure, ItemUsage used, CancellationToken cancellationToken) =>
        FailAsync(item, failure, run: null, used, cancellationToken);

    private async Task FailAsync(
        ProcessBatchItem item, ItemFailure failure, AttemptRun? run, ItemUsage earlier,
        CancellationToken cancellationToken)
    {
        var settlement = Settlement(item, ItemState.Failed, item.Attempt, run, earlier) with
        {
            Failure = Shorten(failure),
            Event = NewEvent(item, JournalStatus.InvocationFailed, run?.Start ?? 0,
                new AttemptDetail(
                    item.Agent, run?.Duration.TotalMilliseconds, Shorten(failure), Usage: UsageOf(run)).ToJson()),
        };
        var result = await ledger.SettleAsync(settlement, cancellationToken);
        if (result.Outcome == SettleOutcome.Settled)
        {
            ItemMetrics.CountDeadLetter(failure.Kind);
            await exhausted.ReportAsync(DeadLetterOf(item, settlement), cancellationToken);
        }

        await NotifyAsync(settlement, result, cancellationToken);
    }

    /// <summary>Journals the failed attempt with the time of the next one.</summary>
    /// <returns>The next attempt, for the schedule.</returns>
    public async Task<ScheduledMessage> RetryAsync(
        BatchSpec spec, ProcessBatchItem item, int attemptsOfRound, ItemFailure failure, AttemptRun run,
        CancellationToken cancellationToken)
    {
        var delay = RetryDelay.After(spec.Retry, attemptsOfRound, failure.RetryAfter, Random.Shared.NextDouble());
        var dueAt = time.GetUtcNow() + delay;
        var detail = new AttemptDetail(
            item.Agent, run.Duration.TotalMilliseconds, Shorten(failure), dueAt, Usage: UsageOf(run));
        await journal.AppendAsync(
            NewEvent(item, JournalStatus.InvocationFailed, run.Start, detail.ToJson()), cancellationToken);
        ItemMetrics.CountRetry(item.Agent, failure.Kind);
        return RetrySchedule.Create(spec, item with { Attempt = item.Attempt + 1, HeldSince = null }, dueAt);
    }

    /// <summary>Journals a failed call that does not count as an attempt, with the time of the next one.</summary>
    /// <param name="spec">The batch's.</param>
    /// <param name="item">The item.</param>
    /// <param name="returns">Calls of this attempt before that did not count either.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="run">The call.</param>
    /// <param name="notBefore">When the agent can be called again at the earliest, if that is known.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The same attempt, for the schedule.</returns>
    public async Task<ScheduledMessage> TakeBackAsync(
        BatchSpec spec, ProcessBatchItem item, int returns, ItemFailure failure, AttemptRun run,
        DateTimeOffset? notBefore, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var dueAt = now + RetryDelay.After(spec.Retry, returns + 1, failure.RetryAfter, Random.Shared.NextDouble());
        if (notBefore > dueAt)
            dueAt = notBefore.Value;
        var detail = new AttemptDetail(
            item.Agent, run.Duration.TotalMilliseconds, Shorten(failure), dueAt, Usage: UsageOf(run));
        await journal.AppendAsync(NewEvent(item, JournalStatus.Released, run.Start, detail.ToJson()), cancellationToken);
        ItemMetrics.CountRetry(item.Agent, failure.Kind);
        return RetrySchedule.Create(spec, item with { HeldSince = item.HeldSince ?? now }, dueAt);
    }

    /// <param name="item">The item.</param>
    /// <param name="attempts">Attempts that ended before.</param>
    /// <param name="used">What they used, and the call that was given up, if there was one.</param>
    /// <param name="reason">Why the batch ends.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task CancelAsync(
        ProcessBatchItem item, int attempts, ItemUsage used, string? reason, CancellationToken cancellationToken) =>
        SettleAsync(CancelledSettlement(item.BatchId, item.Index, item.Slice, item.Round, reason) with
        {
            ItemId = item.ItemId,
            Agent = item.Agent,
            Attempts = attempts,
            Usage = used,
            Event = NewEvent(item, JournalStatus.Cancelled, 0, null),
        }, cancellationToken);

    /// <summary>The outcome of a row that a batch which ended early never came to.</summary>
    public Settlement CancelledSettlement(Guid batchId, long index, int slice, int round, string? reason) => new()
    {
        BatchId = batchId,
        Index = index,
        Slice = slice,
        Round = round,
        State = ItemState.Cancelled,
        SettledAt = time.GetUtcNow(),
        Failure = new(FailureKind.Cancelled, $"the batch ended first: {reason ?? "it was cancelled"}", Retryable: false),
    };

    /// <summary>A pending row turned out to be bad.</summary>
    public async Task RejectAsync(Settlement rejected, CancellationToken cancellationToken) =>
        await NotifyAsync(rejected, await ledger.SettleAsync(rejected, cancellationToken), cancellationToken);

    /// <summary>For a repeat of a settled item: what was told then may have been lost, so it is told again.</summary>
    public async Task NotifyAgainAsync(
        ProcessBatchItem item, Settlement settled, CancellationToken cancellationToken)
    {
        if (settled.Event is { } terminal)
            await journal.AppendAsync(terminal, cancellationToken);
        if (settled.State == ItemState.Failed)
            await exhausted.ReportAsync(DeadLetterOf(item, settled), cancellationToken);
        if (await ledger.FindSliceAsync(item.BatchId, settled.Slice, cancellationToken) is { Pending.IsEmpty: true })
            await bus.SendAsync(
                QueueNames.Batches, new SliceSettled(item.BatchId, settled.Slice), cancellationToken);
    }

    private async Task SettleAsync(Settlement settlement, CancellationToken cancellationToken) =>
        await NotifyAsync(settlement, await ledger.SettleAsync(settlement, cancellationToken), cancellationToken);

    private async Task NotifyAsync(Settlement settlement, SettleResult result, CancellationToken cancellationToken)
    {
        if (result.Outcome == SettleOutcome.Settled)
            ItemMetrics.CountSettled(settlement);
        var (batchId, slice) = (settlement.BatchId, settlement.Slice);
        if (result.SliceSettled)
            await bus.SendAsync(QueueNames.Batches, new SliceSettled(batchId, slice), cancellationToken);
        else if (result.Outcome == SettleOutcome.Settled && result.Pending == result.Count / 2)
            await bus.SendAsync(QueueNames.Batches, new SliceDraining(batchId, slice), cancellationToken);
    }

    private Settlement Settlement(
        ProcessBatchItem item, ItemState state, int attempts, AttemptRun? run, ItemUsage earlier) => new()
    {
        BatchId = item.BatchId,
        Index = item.Index,
        Slice = item.Slice,
        Round = item.Round,
        State = state,
        ItemId = item.ItemId,
        Agent = item.Agent,
        Attempts = attempts,
        StartedAt = run?.StartedAt,
        FirstStartedAt = run?.FirstStartedAt ?? run?.StartedAt,
        Duration = run?.Duration ?? TimeSpan.Zero,
        SettledAt = time.GetUtcNow(),
        Usage = earlier.With(run?.Usage ?? default),
    };

    private static AgentUsage? UsageOf(AttemptRun? run) => run is { Usage.IsNone: false } ? run.Usage : null;

    private JournalEvent NewEvent(ProcessBatchItem item, string status, int start, string? detail) => new(
        ItemSession.IdFor(item.BatchId, item.Index), JournalEvent.IdFor(item.Round, item.Attempt, start, status),
        time.GetUtcNow(), status, item.Attempt, worker.Id, detail);

    private static ItemFailure Shorten(ItemFailure failure) =>
        failure.Message.Length <= ItemFailure.MaxMessageLength
            ? failure
            : failure with { Message = failure.Message[..ItemFailure.MaxMessageLength] };

    private static DeadLetterItem DeadLetterOf(ProcessBatchItem item, Settlement settlement) =>
        new(item, DeadLetter.Of(settlement));
}
