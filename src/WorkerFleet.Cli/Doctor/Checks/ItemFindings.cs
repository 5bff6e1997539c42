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

    /// <summary>Rows of the same trouble that are named.</summary>
    private const int MostNamed = 5;

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
        var histories = items.Select(item => (Item: item, History: ItemHistory.Read(item.Events))).ToList();
        var troubles = histories.Select(item => Judge(batch, item.Item, item.History, live, now)).OfType<Trouble>();
        foreach (var same in troubles.GroupBy(trouble => (trouble.Code, trouble.What)))
            findings.Add(same.Key.Code,
                $"{Describe([.. same.Select(trouble => trouble.Index)])} of {name}, {same.Key.What}; for " +
                Durations.Format(now - same.Min(trouble => trouble.Since)));
        // Those that an agent works on in the background wait for that, and have their time limit in the schedule.
        if (batch.Waiting < batch.Counts.Pending || batch.Waiting == 0
            || histories.Any(item => item.History.Accepted is not null))
            return;
        var next = histories.Select(item => item.History.NextAttemptAt).Where(at => at is not null).DefaultIfEmpty().Min();
        findings.Add(DoctorCodes.BatchesWaiting,
            $"{name}: all of {Figures.Count(batch.Counts.Pending, "row")} that are left wait for their next attempt" +
            (next is { } at ? $", some of them until {Figures.Instant(at)}" : ""));
    }

    private static Trouble? Judge(
        BatchProgress batch, PendingItem item, ItemHistory history, IReadOnlyList<WorkerRecord>? live, DateTimeOffset now)
    {
        if (history is { Accepted: { } accepted, Completed: null })
        {
            var completeBy = (accepted.Detail is { } json ? AttemptDetail.Parse(json)?.CompleteBy : null) ?? accepted.At;
            return now - completeBy > Grace
                ? new(DoctorCodes.BatchesCompletionOverdue, item.Index, completeBy,
                    "whose agent should have told what became of it by now")
                : null;
        }

        if (history is not { Interruptions: > 0, LastStartBy: { } worker })
            return null;
        var since = item.Events
            .Where(each => each.Status == JournalStatus.InvocationStarted && each.Attempt == history.NextAttempt)
            .Max(each => each.At);
        // A process that ends in order gives its rows back before it leaves the register.
        if (live is not null && !live.Any(process => process.Id == worker))
            return now - since > LiveWorkers.GoneAfter
                ? new(DoctorCodes.BatchesOrphaned, item.Index, since, $"begun by {worker}, which is gone")
                : null;
        var limit = batch.Batch.Spec.Limits.AttemptTimeout;
        return now - since > limit + Grace
            ? new(DoctorCodes.BatchesOverrun, item.Index, since,
                $"begun by {worker}, though an attempt may take {Durations.Format(limit)}")
            : null;
    }

    private static string Describe(IReadOnlyList<long> rows) => rows.Count == 1
        ? $"row {Figures.Count(rows[0])}"
        : $"rows {string.Join(", ", rows.Take(MostNamed).Select(Figures.Count))}" +
            (rows.Count > MostNamed ? $" and {rows.Count - MostNamed} more" : "");

    /// <param name="Code">What it is.</param>
    /// <param name="Index">Row number.</param>
    /// <param name="Since">When it began.</param>
    /// <param name="What">The same for people; of rows with the same trouble the same.</param>
    private sealed record Trouble(DoctorCode Code, long Index, DateTimeOffset Since, string What);
}
