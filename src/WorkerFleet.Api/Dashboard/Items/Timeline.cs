using System.Globalization;
using System.Text.Json;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Api.Dashboard.Items;

/// <summary>Tells the events of a row as a story: what happened, what took how long, and what was waited for.</summary>
public static class Timeline
{
    /// <param name="events">In the order of their times.</param>
    /// <returns>A round each for the submission and for every replay.</returns>
    public static IReadOnlyList<TimelineRound> Of(IReadOnlyList<ItemEventJson> events)
    {
        var rounds = new List<List<ItemEventJson>>();
        foreach (var each in events)
        {
            if (rounds.Count == 0 || each.Event == JournalStatus.ReplayRequested)
                rounds.Add([]);
            rounds[^1].Add(each);
        }

        return [.. rounds.Select((round, number) =>
            new TimelineRound(TitleOf(number, rounds.Count), EntriesOf(round)))];
    }

    private static string? TitleOf(int number, int count) => count == 1 ? null
        : number == 0 ? "First run"
        : string.Create(CultureInfo.InvariantCulture, $"Replay {number}");

    private static List<TimelineEntry> EntriesOf(List<ItemEventJson> round) =>
        [.. round.Select((each, number) => EntryOf(each, round[0].At, number == 0 ? null : round[number - 1].At))];

    private static TimelineEntry EntryOf(ItemEventJson each, DateTimeOffset first, DateTimeOffset? before)
    {
        var (title, tone, works) = Describe(each);
        var detail = each.Detail is { } written ? AttemptDetail.Parse(written.GetRawText()) : null;
        // What an agent writes parses too, into nothing that we know.
        var isOurs = detail is not null and not (null, null, null, null, null, null, null);
        // The end of the attempt says it, with its price.
        if (each.Event is JournalStatus.BackgroundTaskCompleted or JournalStatus.BackgroundTaskFailed)
            detail = detail is null ? null : detail with { Usage = null };
        return new(
            each.At, title, tone, each.Worker, each.At - first, each.At - before, works, isOurs ? detail : null,
            isOurs ? detail!.Output : each.Detail is { ValueKind: not JsonValueKind.Null } other ? other : null);
    }

    private static (string Title, string Tone, bool Works) Describe(ItemEventJson each)
    {
        var attempt = string.Create(CultureInfo.InvariantCulture, $"Attempt {each.Attempt}");
        return each.Event switch
        {
            JournalStatus.InvocationStarted => ($"{attempt} started", "plain", false),
            JournalStatus.InvocationSucceeded => ($"{attempt} succeeded", "succeeded", true),
            JournalStatus.InvocationFailed => ($"{attempt} failed", "failed", true),
            JournalStatus.InvocationAccepted =>
                ($"{attempt}: the agent took it, and works in the background", "waiting", true),
            JournalStatus.BackgroundTaskCompleted => ($"{attempt}: the background task is done", "succeeded", true),
            JournalStatus.BackgroundTaskFailed => ($"{attempt}: the background task failed", "failed", true),
            JournalStatus.Released => ($"{attempt} was given back, and does not count", "waiting", true),
            JournalStatus.Returned => ("Was sent anew: the broker had taken its message back", "waiting", false),
            JournalStatus.ReplayRequested => ("Replay asked for", "plain", false),
            JournalStatus.Cancelled => ("Cancelled with its batch", "waiting", false),
            var other => (each.Attempt > 0 ? $"{attempt}: {other}" : other, "plain", false),
        };
    }
}
