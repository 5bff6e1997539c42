using WorkerFleet.Agents;
using WorkerFleet.Journal;

namespace WorkerFleet.Items;

/// <summary>Where an item stands by its journal: what a delivery that may be a repeat has to know.</summary>
/// <param name="AttemptsBefore">Attempts of earlier rounds.</param>
/// <param name="AttemptsEnded">Attempts that ended, over all rounds.</param>
/// <param name="Starts">How often the attempt that follows was begun already: the next start's number.</param>
/// <param name="Interruptions">
/// Those of them that were neither given back nor accepted, and have not ended: a worker died in them.
/// </param>
/// <param name="NextAttemptAt">When the next attempt is due, if the last one failed and is to be tried again.</param>
/// <param name="FinalFailure">The failure after which there is no further attempt, if that was journaled.</param>
/// <param name="Accepted">The acceptance of the attempt that follows, by an agent that works in the background.</param>
/// <param name="Completed">What that agent said of its task; also before the acceptance was journaled.</param>
/// <param name="Returns">Calls of the attempt that follows which failed and were not counted: throttled ones, say.</param>
/// <param name="LastStartBy">The worker that began the attempt that follows last, where that start is open.</param>
/// <param name="Usage">What its calls used that have ended, failed ones and those that were not counted.</param>
/// <param name="FirstStartedAt">When the first attempt of this round was begun; null when none was.</param>
public readonly record struct ItemHistory(
    int AttemptsBefore, int AttemptsEnded, int Starts, int Interruptions, DateTimeOffset? NextAttemptAt,
    ItemFailure? FinalFailure, JournalEvent? Accepted = null, JournalEvent? Completed = null, int Returns = 0,
    string? LastStartBy = null, ItemUsage Usage = default, DateTimeOffset? FirstStartedAt = null)
{
    public int NextAttempt => AttemptsEnded + 1;

    /// <param name="events">All events of the item's session.</param>
    public static ItemHistory Read(IReadOnlyList<JournalEvent> events)
    {
        var before = events.Where(e => e.Status == JournalStatus.ReplayRequested)
            .Select(e => e.Attempt).DefaultIfEmpty(0).Max();
        var lastFailure = events.Where(e => e.Status == JournalStatus.InvocationFailed && e.Attempt > before)
            .MaxBy(e => e.Attempt);
        var ended = Math.Max(before, lastFailure?.Attempt ?? 0);
        var next = ended + 1;
        var begun = events.Where(e => e.Status == JournalStatus.InvocationStarted && e.Attempt == next).ToList();
        var starts = begun.Count;
        var first = events.Where(e => e.Status == JournalStatus.InvocationStarted && e.Attempt > before)
            .Min(e => (DateTimeOffset?)e.At);
        var released = events.Where(e => e.Status == JournalStatus.Released && e.Attempt == next).ToList();
        var accepted = events.Where(e => e.Status == JournalStatus.InvocationAccepted && e.Attempt == next).ToList();
        var completed = events.Where(e => e.Attempt == next
                && e.Status is JournalStatus.BackgroundTaskCompleted or JournalStatus.BackgroundTaskFailed)
            .MinBy(e => e.At);
        var detail = lastFailure?.Detail is { } json ? AttemptDetail.Parse(json) : null;
        var interruptions = Math.Max(starts - released.Count - accepted.Count, 0);
        return new(before, ended, starts, interruptions, detail?.NextAttemptAt,
            detail is { NextAttemptAt: null } ? detail.Failure : null, accepted.LastOrDefault(),
            starts > 0 ? completed : null, released.Count(e => e.Detail is not null),
            interruptions > 0 ? begun.MaxBy(e => e.EventId, StringComparer.Ordinal)?.WorkerId : null,
            UsageOf(events, before), first);
    }

    /// <summary>
    /// Of a round that is not settled: calls that succeeded settle it. A replay's request tells what its item had used until
    /// then as the ledger has it, so that the two agree whatever became of events.
    /// </summary>
    private static ItemUsage UsageOf(IReadOnlyList<JournalEvent> events, int before)
    {
        var earlier = events.Where(e => e.Status == JournalStatus.ReplayRequested)
            .MaxBy(e => e.EventId, StringComparer.Ordinal);
        return events
            .Where(e => e.Attempt > before && e.Status is JournalStatus.InvocationFailed or JournalStatus.Released)
            .Aggregate(
                new ItemUsage(Before: UsageIn(earlier)), (sum, e) => sum.With(UsageIn(e)));
    }

    private static AgentUsage UsageIn(JournalEvent? e) =>
        e?.Detail is { } json ? AttemptDetail.Parse(json)?.Usage ?? default : default;
}
