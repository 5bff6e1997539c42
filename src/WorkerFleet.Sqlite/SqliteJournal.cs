using WorkerFleet.Journal;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>The journal in the embedded store.</summary>
internal sealed class SqliteJournal(SqliteDatabase database) : IJournal
{
    public Task<bool> AppendAsync(JournalEvent journalEvent, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => JournalRows.Append(transaction, journalEvent),
            cancellationToken,
            journalEvent.Detail?.Length ?? 0);

    public async Task<IReadOnlyList<JournalEvent>> ReadAsync(
        string sessionId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(connection => JournalRows.Read(connection, sessionId, limit), cancellationToken);
}
