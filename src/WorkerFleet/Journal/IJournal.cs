namespace WorkerFleet.Journal;

/// <summary>The immutable events of every session.</summary>
public interface IJournal
{
    /// <summary>Durable when the task completes. Repeating an event (same session and id) changes nothing.</summary>
    /// <returns>False when the event was there before.</returns>
    Task<bool> AppendAsync(JournalEvent journalEvent, CancellationToken cancellationToken);

    /// <summary>The events of a session, by <see cref="JournalEvent.EventId"/>; at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<JournalEvent>> ReadAsync(string sessionId, int limit, CancellationToken cancellationToken);
}
