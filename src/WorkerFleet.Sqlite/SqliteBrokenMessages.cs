using WorkerFleet.DeadLetters;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>Messages that nobody could handle, in the embedded store.</summary>
internal sealed class SqliteBrokenMessages(SqliteDatabase database) : IBrokenMessages
{
    /// <summary>No bytes are bound as NULL; a message without any is broken, too.</summary>
    private const string Insert = """
        INSERT INTO broken_messages (id, found_ticks, queue, cause, body) VALUES (?1, ?2, ?3, ?4, coalesce(?5, x''))
        ON CONFLICT (id) DO NOTHING
        """;

    private const string Select = """
        SELECT id, found_ticks, queue, cause, body FROM broken_messages ORDER BY found_ticks DESC, id LIMIT ?1
        """;

    public Task AddAsync(BrokenMessage message, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare(Insert)
                .Bind(1, message.Id).Bind(2, message.At.UtcTicks).Bind(3, message.Queue).Bind(4, message.Cause)
                .BindBlob(5, message.Body)
                .Execute(),
            cancellationToken,
            message.Body.Length);

    public async Task<IReadOnlyList<BrokenMessage>> ReadAsync(int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            connection =>
            {
                var messages = new List<BrokenMessage>();
                var select = connection.Prepare(Select).Bind(1, limit);
                while (select.Step())
                    messages.Add(new BrokenMessage(
                        select.Text(0), select.Text(2), select.Text(3), select.Bytes(4).ToArray(), select.Instant(1)));
                return messages;
            },
            cancellationToken);

    public Task RemoveBeforeAsync(DateTimeOffset foundBefore, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM broken_messages WHERE found_ticks < ?1")
                .Bind(1, foundBefore.UtcTicks)
                .Execute(),
            cancellationToken);
}
