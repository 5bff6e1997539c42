using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Completions;

/// <summary>
/// Items of agents that work in the background. Once accepted, an item is only a record in the journal and an entry of the schedule:
/// no message, thread or permit is held for it. The entry comes due when the agent says that it is done, or when it has not in time.
/// </summary>
public sealed class AcceptedItems(
    IAgentCatalog agents, AgentMeter meter, IJournal journal, ISchedule schedule, ItemOutcomes outcomes, CompletionRecorder recorder,
    IEnumerable<ICompletionFeed> feeds, TimeProvider time)
{
    /// <summary>Largest answer to keep of an acceptance, in bytes: it mostly says no more than that it was accepted.</summary>
    private const int MaxAnswerBytes = 16 * 1024;

    /// <summary>Events read of an item or a session; far above what attempts and agents write.</summary>
    private const int MaxEvents = 10_000;

    /// <summary>
    /// An agent that did not tell of its task in time may have done it: one more attempt, by agentcore's recommendation, and no third.
    /// </summary>
    private const int AttemptsWithoutWord = 2;

    private const string WithoutWord = "and did not say within";

    private static readonly byte[] NoOutput = "null"u8.ToArray();

    /// <summary>
    /// Whether a failure, by its message, is that of an agent that accepted the item and never told what became of it.
    /// </summary>
    public static bool IsWithoutWord(string message) => message.Contains(WithoutWord, StringComparison.Ordinal);

    /// <summary>Records that the agent took the item, if it is one that works in the background.</summary>
    /// <returns>False for an agent whose answer is the outcome.</returns>
    public async Task<bool> TryAcceptAsync(
        BatchView batch, ProcessBatchItem item, ReadOnlyMemory<byte> answer, AttemptRun run,
        CancellationToken cancellationToken)
    {
        if (agents.CompleteWithinOf(item.Agent) is not { } within)
            return false;
        var completeBy = time.GetUtcNow() + within;
        JsonElement? output = answer.Length is > 0 and <= MaxAnswerBytes
            ? JsonSerializer.Deserialize<JsonElement>(answer.Span)
            : null;
        var detail = new AttemptDetail(
            item.Agent, run.Duration.TotalMilliseconds, CompleteBy: completeBy, Output: output);
        var session = ItemSession.IdFor(item.BatchId, item.Index);
        await journal.AppendAsync(new(
            session,
            JournalEvent.IdFor(item.Round, item.Attempt, run.Start, JournalStatus.InvocationAccepted), time.GetUtcNow(),
            JournalStatus.InvocationAccepted, item.Attempt, run.WorkerId, detail.ToJson()), cancellationToken);
        await schedule.PutAsync(RetrySchedule.Create(batch.Spec, item, completeBy), cancellationToken);

        // The agent may have been done before there was an entry in the schedule that could be moved. From here on there is one.
        var history = ItemHistory.Read(await journal.ReadAsync(session, MaxEvents, cancellationToken));
        if (history.Completed is not null)
        {
            // Before, since a failure puts its retry under the same key.
            await schedule.CancelAsync(RetrySchedule.KeyOf(item.BatchId, item.Index), cancellationToken);
            await CompleteAsync(batch, item, history, cancellationToken);
        }

        return true;
    }

    /// <summary>For an item whose journal says what became of its task.</summary>
    public async Task CompleteAsync(
        BatchView batch, ProcessBatchItem item, ItemHistory history, CancellationToken cancellationToken)
    {
        var completed = history.Completed!;
        var detail = completed.Detail is { } json ? AttemptDetail.Parse(json) : null;
        var output = OutputOf(detail?.Output ?? DetailOf(history.Accepted)?.Output);
        var run = RunOf(item, history, completed.At, detail?.Usage ?? meter.Read(item.Agent, output));
        if (completed.Status == JournalStatus.BackgroundTaskCompleted)
            await outcomes.SucceedAsync(item, output, run, cancellationToken);
        else
            await FailAsync(
                batch, item, history, run,
                detail?.Failure ?? new(FailureKind.AgentError, "the agent's background task failed", Retryable: true),
                cancellationToken);
    }

    /// <summary>For an item that was accepted, and whose journal does not say what became of its task.</summary>
    public async Task WaitOnAsync(
        BatchView batch, ProcessBatchItem item, ItemHistory history, CancellationToken cancellationToken)
    {
        var completeBy = DetailOf(history.Accepted)?.CompleteBy ?? history.Accepted!.At;
        if (completeBy > time.GetUtcNow())
        {
            await schedule.PutAsync(RetrySchedule.Create(batch.Spec, item, completeBy), cancellationToken);
            return;
        }

        // Its agent may have written a completion that no look at the index has found, such as while no process ran.
        var session = ItemSession.ForAttempt(item.BatchId, item.Index, item.Attempt);
        foreach (var feed in feeds)
            if (await feed.FindAsync(session, cancellationToken) is { } found
                && await recorder.RecordAsync(found, cancellationToken) is null
                && ItemHistory.Read(await journal.ReadAsync(
                    ItemSession.IdFor(item.BatchId, item.Index), MaxEvents, cancellationToken)) is { Completed: not null } known)
            {
                await CompleteAsync(batch, item, known, cancellationToken);
                return;
            }

        var within = completeBy - history.Accepted!.At;
        await FailAsync(
            batch, item, history, RunOf(item, history, time.GetUtcNow(), told: null),
            new(FailureKind.Timeout,
                $"agent '{item.Agent}' accepted the item, {WithoutWord} {within:g} what became of it",
                Retryable: true, MayHaveRun: true, AttemptLimit: AttemptsWithoutWord),
            cancellationToken);
    }

    private async Task FailAsync(
        BatchView batch, ProcessBatchItem item, ItemHistory history, AttemptRun run, ItemFailure failure,
        CancellationToken cancellationToken)
    {
        var attempts = item.Attempt - history.AttemptsBefore;
        if (failure.Retryable && !batch.IsEnding
            && attempts < Math.Min(batch.Spec.Retry.MaxAttempts, failure.AttemptLimit ?? int.MaxValue))
            await schedule.PutAsync(
                await outcomes.RetryAsync(batch.Spec, item, attempts, failure, run, cancellationToken), cancellationToken);
        else
            await outcomes.FailAsync(item, failure, run, cancellationToken);
    }

    /// <summary>From the acceptance, or the moment it would have been journaled, to the end of the task.</summary>
    private AttemptRun RunOf(ProcessBatchItem item, ItemHistory history, DateTimeOffset end, AgentUsage? told)
    {
        var startedAt = history.Accepted is { } accepted
            ? accepted.At - TimeSpan.FromMilliseconds(DetailOf(accepted)?.DurationMs ?? 0)
            : end;
        var duration = end > startedAt ? end - startedAt : TimeSpan.Zero;
        return new(
            startedAt, duration, Math.Max(history.Starts - 1, 0), history.Accepted?.WorkerId ?? "",
            meter.Measure(item.Agent, told, duration), history.Usage, history.FirstStartedAt);
    }

    private static AttemptDetail? DetailOf(JournalEvent? journalEvent) =>
        journalEvent?.Detail is { } json ? AttemptDetail.Parse(json) : null;

    private static byte[] OutputOf(JsonElement? output) =>
        output is { } json ? Encoding.UTF8.GetBytes(json.GetRawText()) : NoOutput;
}
