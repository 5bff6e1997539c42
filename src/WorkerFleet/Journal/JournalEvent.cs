using System.Globalization;

namespace WorkerFleet.Journal;

/// <summary>One immutable fact about a session. Writing the same event twice leaves one event.</summary>
/// <param name="SessionId">The agent session, see <see cref="Items.ItemSession"/>.</param>
/// <param name="EventId">Unique and deterministic within the session, see <see cref="IdFor"/>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Status">The event's name, one of <see cref="JournalStatus"/>, or one that an agent made up.</param>
/// <param name="Attempt">The attempt it belongs to, from 1; 0 where it belongs to none.</param>
/// <param name="WorkerId">The process that wrote it, if a worker did.</param>
/// <param name="Detail">JSON object with what else is to be known, such as the failure or the next attempt's time.</param>
public sealed record JournalEvent(
    string SessionId,
    string EventId,
    DateTimeOffset At,
    string Status,
    int Attempt,
    string? WorkerId = null,
    string? Detail = null)
{
    /// <summary>
    /// <c>{round:D3}.{attempt:D4}.{start:D3}#{status}</c>: sorts in the order of things, and repeats for a repeated write.
    /// </summary>
    /// <param name="round">The replay round, from 0.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="start">How often this attempt was begun before; above 0 only after a worker died in it.</param>
    /// <param name="status">The event's name.</param>
    public static string IdFor(int round, int attempt, int start, string status) =>
        string.Create(CultureInfo.InvariantCulture, $"{round:D3}.{attempt:D4}.{start:D3}#{status}");
}
