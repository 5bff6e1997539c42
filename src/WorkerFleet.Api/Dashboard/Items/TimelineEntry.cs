using System.Text.Json;
using WorkerFleet.Items;

namespace WorkerFleet.Api.Dashboard.Items;

/// <summary>An event of a row, as its timeline shows it.</summary>
/// <param name="At">When it happened.</param>
/// <param name="Title">What happened, in words.</param>
/// <param name="Tone">How it is coloured: succeeded, failed, waiting or plain.</param>
/// <param name="Worker">The process that wrote it.</param>
/// <param name="Since">Since the first event of the round.</param>
/// <param name="Took">Since the event before; null for the first.</param>
/// <param name="Works">Whether an agent worked in that time; the row waited, otherwise.</param>
/// <param name="Detail">What the fleet has written about it.</param>
/// <param name="Other">What else was written about it, such as by an agent.</param>
public sealed record TimelineEntry(
    DateTimeOffset At, string Title, string Tone, string? Worker, TimeSpan Since, TimeSpan? Took, bool Works,
    AttemptDetail? Detail, JsonElement? Other);

/// <summary>What happened from the submission, or from a replay, on.</summary>
/// <param name="Title">Null where there is but one.</param>
public sealed record TimelineRound(string? Title, IReadOnlyList<TimelineEntry> Entries)
{
    /// <summary>Time from the first event to the last.</summary>
    public TimeSpan Length => Entries[^1].Since;
}
