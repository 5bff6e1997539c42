using System.Globalization;
using WorkerFleet.Scheduling;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>The durable schedule in the embedded store.</summary>
internal sealed class SqliteSchedule(SqliteDatabase database) : ISchedule
{
    private const string Upsert = """
        INSERT INTO schedule (key, batch, due_ticks, queue, message_type, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (key) DO UPDATE SET
            batch = excluded.batch, due_ticks = excluded.due_ticks, queue = excluded.queue,
            message_type = excluded.message_type, body = excluded.body, claim = NULL, claimed_until_ticks = 0
        """;

    private const string Columns = "key, batch, due_ticks, queue, message_type, body";

    private const string SelectDue = $"""
        SELECT {Columns} FROM schedule WHERE due_ticks <= ?1 AND claimed_until_ticks <= ?1
        ORDER BY due_ticks LIMIT ?2
        """;

    private const string SelectDueOfBatch = $"""
        SELECT {Columns} FROM schedule WHERE batch = ?3 AND due_ticks <= ?1 AND claimed_until_ticks <= ?1
        ORDER BY due_ticks LIMIT ?2
        """;

    private const string Claim = "UPDATE schedule SET claim = ?2, claimed_until_ticks = ?3 WHERE key = ?1";

    // A message that was put anew since has no claim, or another one.
    private const string Completion = "DELETE FROM schedule WHERE key = ?1 AND claim = ?2";

    private const string Release =
        "UPDATE schedule SET claim = NULL, claimed_until_ticks = 0 WHERE batch = ?1 AND claimed_until_ticks > 0";

    private const string ReleaseOne =
        "UPDATE schedule SET claim = NULL, claimed_until_ticks = 0 WHERE key = ?1 AND claim = ?2";

    private const string BringForward = """
        UPDATE schedule SET due_ticks = ?3 WHERE batch = ?1 AND queue = ?2 AND due_ticks > ?3
        """;

    private const string Deletion = """
        DELETE FROM schedule WHERE rowid IN (SELECT rowid FROM schedule WHERE batch = ?1 LIMIT ?2)
        """;

    private const int DeleteStep = 1_000;

    public Task PutAsync(ScheduledMessage message, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare(Upsert)
                .Bind(1, message.Key).Bind(2, message.BatchId).Bind(3, message.DueAt.UtcTicks)
                .Bind(4, message.Queue).Bind(5, message.MessageType).Bind(6, message.Body)
                .Execute(),
            cancellationToken,
            message.Body.Length);

    public async Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        DateTimeOffset now, int limit, TimeSpan lease, IReadOnlyCollection<Guid>? batches,
        CancellationToken cancellationToken)
    {
        var claim = Guid.CreateVersion7(now).ToString("N", CultureInfo.InvariantCulture);
        return await database.WriteAsync(
            transaction =>
            {
                var due = batches is null
                    ? ReadDue(transaction, now, limit, batch: null)
                    : [.. batches.SelectMany(batch => ReadDue(transaction, now, limit, batch))
                        .OrderBy(message => message.DueAt).Take(limit)];
                foreach (var message in due)
                    transaction.Prepare(Claim)
                        .Bind(1, message.Key).Bind(2, claim).Bind(3, (now + lease).UtcTicks)
                        .Execute();
                return due.ConvertAll(message => new ClaimedMessage(message, new(message.Key, claim)));
            },
            cancellationToken);
    }

    public Task ReleaseClaimsAsync(Guid batchId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare(Release).Bind(1, batchId).Execute(), cancellationToken);

    public Task ReleaseAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken) =>
        WithEachAsync(ReleaseOne, claims, cancellationToken);

    public Task CompleteAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken) =>
        WithEachAsync(Completion, claims, cancellationToken);

    public Task CancelAsync(string key, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM schedule WHERE key = ?1").Bind(1, key).Execute(),
            cancellationToken);

    public Task ExpediteAsync(string key, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("UPDATE schedule SET due_ticks = ?2 WHERE key = ?1 AND due_ticks > ?2")
                .Bind(1, key).Bind(2, now.UtcTicks)
                .Execute(),
            cancellationToken);

    public Task BringForwardAsync(
        Guid batchId, string queue, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare(BringForward)
                .Bind(1, batchId).Bind(2, queue).Bind(3, now.UtcTicks)
                .Execute(),
            cancellationToken);

    public Task<int> CountAsync(Guid batchId, string queue, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection =>
            {
                var select = connection.Prepare("SELECT COUNT(*) FROM schedule WHERE batch = ?1 AND queue = ?2")
                    .Bind(1, batchId).Bind(2, queue);
                select.Step();
                var count = select.Int(0);
                select.Reset();
                return count;
            },
            cancellationToken);

    public Task<int> CountAsync(int atMost, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection =>
            {
                var select = connection.Prepare("SELECT COUNT(*) FROM (SELECT 1 FROM schedule LIMIT ?1)").Bind(1, atMost);
                select.Step();
                var count = select.Int(0);
                select.Reset();
                return count;
            },
            cancellationToken);

    public Task<DateTimeOffset?> FindEarliestAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<DateTimeOffset?>(
            connection =>
            {
                var select = connection.Prepare("SELECT MIN(MAX(due_ticks, claimed_until_ticks)) FROM schedule");
                select.Step();
                var earliest = select.InstantOrNull(0);
                select.Reset();
                return earliest;
            },
            cancellationToken);

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        database.DeleteAsync(
            transaction => transaction.Prepare(Deletion).Bind(1, batchId).Bind(2, DeleteStep).Execute(),
            cancellationToken);

    private Task WithEachAsync(
        string statement, IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var (key, token) in claims)
                    transaction.Prepare(statement).Bind(1, key).Bind(2, token).Execute();
                return true;
            },
            cancellationToken);

    private static List<ScheduledMessage> ReadDue(
        WriteTransaction transaction, DateTimeOffset now, int limit, Guid? batch)
    {
        var due = new List<ScheduledMessage>();
        var select = transaction.Prepare(batch is null ? SelectDue : SelectDueOfBatch)
            .Bind(1, now.UtcTicks).Bind(2, limit);
        if (batch is { } batchId)
            select.Bind(3, batchId);
        while (select.Step())
            due.Add(new ScheduledMessage(
                select.Text(0), select.Guid(1), select.Instant(2), select.Text(3), select.Text(4), select.Text(5)));
        return due;
    }
}
