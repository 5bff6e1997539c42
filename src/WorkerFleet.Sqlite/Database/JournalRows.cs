using WorkerFleet.Journal;

namespace WorkerFleet.Sqlite.Database;

/// <summary>Reads and writes events as rows.</summary>
internal static class JournalRows
{
    private const string Insertion = """
        INSERT INTO journal (session, event, at_ticks, status, attempt, worker, detail)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (session, event) DO NOTHING
        """;

    private const string Selection = """
        SELECT session, event, at_ticks, status, attempt, worker, detail FROM journal
        WHERE session = ?1 ORDER BY event LIMIT ?2
        """;

    private const string Deletion = """
        DELETE FROM journal WHERE (session, event) IN (
            SELECT session, event FROM journal WHERE session >= ?1 AND session < ?2 LIMIT ?3)
        """;

    /// <summary>Writes the event unless it is there.</summary>
    /// <returns>False when it was.</returns>
    public static bool Append(WriteTransaction transaction, JournalEvent journalEvent) =>
        transaction.Prepare(Insertion)
            .Bind(1, journalEvent.SessionId)
            .Bind(2, journalEvent.EventId)
            .Bind(3, journalEvent.At.UtcTicks)
            .Bind(4, journalEvent.Status)
            .Bind(5, journalEvent.Attempt)
            .Bind(6, journalEvent.WorkerId)
            .Bind(7, journalEvent.Detail)
            .Execute() > 0;

    public static List<JournalEvent> Read(Connection connection, string sessionId, int limit)
    {
        var events = new List<JournalEvent>();
        var select = connection.Prepare(Selection).Bind(1, sessionId).Bind(2, limit);
        while (select.Step())
            events.Add(new JournalEvent(
                select.Text(0), select.Text(1), select.Instant(2), select.Text(3), select.Int(4),
                select.TextOrNull(5), select.TextOrNull(6)));
        return events;
    }

    /// <summary>Deletes events of the sessions of a batch's items.</summary>
    /// <returns>How many; below <paramref name="limit"/> when none are left.</returns>
    public static int DeleteSome(WriteTransaction transaction, Guid batchId, int limit) =>
        transaction.Prepare(Deletion)
            .Bind(1, $"b-{batchId:N}-")
            .Bind(2, $"b-{batchId:N}.") // '.' follows '-'
            .Bind(3, limit)
            .Execute();
}
