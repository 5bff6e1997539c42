using WorkerFleet.Batches;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>What the journals of a batch's pending rows say of why they are pending.</summary>
internal static class ItemFindings
{
    /// <summary>Beyond a time limit: what ends an attempt, and writes its end, takes a moment.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <param name="batch">The batch.</param>
    /// <param name="name">The same for people.</param>
    /// <param name="items">Some of its pending rows.</param>
    /// <param name="live">The processes that live; null where a run by itself works on the batch, and has no heartbeat.</param>
    /// <param name="now">The time.</param>
    /// <param name="findings">Gets what is found.</param>
    public static void Judge(
        BatchProgress batch, string name, IReadOnlyList<PendingItem> items, IReadOnlyList<WorkerRecord>? live,
        DateTimeOffset now, Findings findings)
    {
        var histories = items.Select(item => (item.Index, item.Events, History: ItemHistory.Read(item.Events))).ToList();
        foreach (var (index, events, history) in histories)
            JudgeRow(batch, $"row {Figures.Count(index)} of {name}", events, history, live, now, findings);
        // Those that an agent works on in the background wait for that, and have their time limit in the schedule.
        if (batch.Waiting < batch.Counts.Pending || batch.Waiting == 0 || histories.Any(item => item.History.Accepted is not null))
            return;
        var next = histories.Select(item => item.History.NextAttemptAt).Where(at => at is not null).DefaultIfEmpty().Min();
        findings.Add(DoctorCodes.BatchesWaiting,
            $"{name}: all of {Figures.Count(batch.Counts.Pending, "row")} that are left wait for their next attempt" +
            (next is { } at ? $", some of them until {Figures.Instant(at)}" : ""));
    }

    private static void JudgeRow(
        BatchProgress batch, string row, IReadOnlyList<JournalEvent> events, ItemHistory history,
        IReadOnlyList<WorkerRecord>? live, DateTimeOffset now, Findings findings)
    {
        if (history is { Accepted: { } accepted, Completed: null })
        {
            var completeBy = (accepted.Detail is { } json ? AttemptDetail.Parse(json)?.CompleteBy : null) ?? accepted.At;
            if (now - completeBy > Grace)
                findings.Add(DoctorCodes.BatchesCompletionOverdue,
                    $"{row}: its agent had to be done by {Figures.Instant(completeBy)}, and nothing is known of it");
            return;
        }

        if (history is not { Interruptions: > 0, LastStartBy: { } worker })
            return;
        var startedAt = events.Where(each => each.Status == JournalStatus.InvocationStarted && each.Attempt == history.NextAttempt)
            .Max(each => each.At);
        if (live is not null && !live.Any(process => process.Id == worker))
        {
            // A process that ends in order gives its rows back before it leaves the register.
            if (now - startedAt > LiveWorkers.GoneAfter)
                findings.Add(DoctorCodes.BatchesOrphaned,
                    $"{row} was begun {Durations.Format(now - startedAt)} ago by {worker}, which is gone");
        }
        else if (now - startedAt > batch.Batch.Spec.Limits.AttemptTimeout + Grace)
        {
            findings.Add(DoctorCodes.BatchesOverrun,
                $"{row} was begun {Durations.Format(now - startedAt)} ago by {worker}, and an attempt may take " +
                Durations.Format(batch.Batch.Spec.Limits.AttemptTimeout));
        }
    }
}
