using System.Globalization;
using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Completions;

/// <summary>
/// Takes in what became of background tasks, whichever way it comes: into the item's journal, from where a worker settles the item,
/// and the item's place in the schedule is moved to now. Safe to repeat; early, late and double completions change nothing.
/// </summary>
public sealed class CompletionRecorder(BatchDirectory batches, IJournal journal, ISchedule schedule, TimeProvider time)
{
    /// <summary>Largest output, in bytes of JSON: what the journal takes. More belongs elsewhere, and the output names it.</summary>
    public const int MaxOutputBytes = 200 * 1024;

    /// <summary>Durable when the task completes.</summary>
    /// <returns>Null when it was taken in, or says nothing that is waited for; else one line: why not, and what to do.</returns>
    public async Task<string?> RecordAsync(AgentEvent agentEvent, CancellationToken cancellationToken)
    {
        if (agentEvent.SessionId is not { Length: > 0 } session)
            return "sessionId: is missing; it is the session that the agent was called with";
        if (ItemSession.Parse(session) is not { } attempt)
            return $"sessionId: '{OneLine(session)}' is no session of this fleet";
        if (agentEvent.Status is not { Length: > 0 } status)
            return $"status: is missing; it is {JournalStatus.BackgroundTaskCompleted} or {JournalStatus.BackgroundTaskFailed}";
        if (status is not (JournalStatus.BackgroundTaskCompleted or JournalStatus.BackgroundTaskFailed))
            return null;
        if (agentEvent.Output is { } output && Encoding.UTF8.GetByteCount(output.GetRawText()) > MaxOutputBytes)
            return $"output: is larger than {MaxOutputBytes / 1024} KiB; put it elsewhere, and have the output name it";
        if (await batches.FindAsync(attempt.BatchId, cancellationToken) is not { } batch
            || attempt.Index >= batch.State.TotalRows)
            return $"sessionId: '{session}' is of a batch or row that does not exist; it may have been cleaned up";

        await journal.AppendAsync(EventOf(attempt, status, agentEvent), cancellationToken);
        await schedule.ExpediteAsync(
            RetrySchedule.KeyOf(attempt.BatchId, attempt.Index), time.GetUtcNow(), cancellationToken);
        return null;
    }

    /// <summary>
    /// The id follows from the attempt and the name, so that a completion that comes in several ways, or twice, is one event. A
    /// letter sorts behind the ids of attempts.
    /// </summary>
    private JournalEvent EventOf(ItemAttempt attempt, string status, AgentEvent agentEvent)
    {
        var failure = status == JournalStatus.BackgroundTaskFailed
            ? new ItemFailure(
                FailureKind.AgentError,
                agentEvent.ErrorMessage is { Length: > 0 } message
                    ? OneLine(message)
                    : "the agent's background task failed; it did not say why",
                agentEvent.Retryable ?? true, MayHaveRun: true)
            : null;
        return new(
            ItemSession.IdFor(attempt.BatchId, attempt.Index),
            string.Create(CultureInfo.InvariantCulture, $"C{attempt.Attempt:D6}#{status}"),
            agentEvent.CreatedAt ?? time.GetUtcNow(), status, attempt.Attempt, WorkerId: null,
            new AttemptDetail(
                Agent: null, DurationMs: null, failure, Output: agentEvent.Output, Usage: UsageOf(agentEvent)).ToJson());
    }

    /// <returns>Null where the event does not tell.</returns>
    private static AgentUsage? UsageOf(AgentEvent agentEvent) => agentEvent.Usage is { } usage
        ? AgentUsageReader.Default.Read(JsonSerializer.SerializeToElement(new { usage }))
        : null;

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= ItemFailure.MaxMessageLength ? line : line[..ItemFailure.MaxMessageLength];
    }
}
