using System.Globalization;
using System.Text.Json;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>The dead letters in the embedded store.</summary>
internal sealed class SqliteDeadLetters(SqliteDatabase database) : IDeadLetters
{
    private const string Columns =
        "batch, item, round, state, cause, failed_ticks, item_id, agent, session, attempts, failure";

    private const string Insertion = $"""
        INSERT INTO dead_letters ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (batch, item, round) DO NOTHING
        """;

    private const string MarkReplayed = """
        UPDATE dead_letters SET state = 1 WHERE batch = ?1 AND item = ?2 AND round < ?3 AND state <> 1
        """;

    private const string Move = """
        UPDATE dead_letters SET state = ?5 WHERE batch = ?1 AND item = ?2 AND round = ?3 AND state = ?4
        """;

    private const string Deletion = """
        DELETE FROM dead_letters WHERE (batch, item, round) IN (
            SELECT batch, item, round FROM dead_letters WHERE batch = ?1 LIMIT ?2)
        """;

    private const int DeleteStep = 1_000;

    public Task AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var letter in letters)
                    Insert(transaction, letter);
                return true;
            },
            cancellationToken,
            letters.Count * ItemFailure.MaxMessageLength);

    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(DeadLetterQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 10_000);
        return await database.ReadAsync(connection => Select(connection, query), cancellationToken);
    }

    public async Task<IReadOnlyList<DeadLetterGroup>> ReadGroupsAsync(
        Guid? batchId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(connection => SelectGroups(connection, batchId, limit), cancellationToken);

    public Task MarkReplayedAsync(
        Guid batchId, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var index in indexes)
                    transaction.Prepare(MarkReplayed).Bind(1, batchId).Bind(2, index).Bind(3, round).Execute();
                return true;
            },
            cancellationToken);

    public Task<int> MoveAsync(
        IReadOnlyList<DeadLetter> letters, DeadLetterState state, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => letters.Sum(letter => transaction.Prepare(Move)
                .Bind(1, letter.BatchId).Bind(2, letter.Index).Bind(3, letter.Round).Bind(4, (int)letter.State)
                .Bind(5, (int)state).Execute()),
            cancellationToken);

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        database.DeleteAsync(
            transaction => transaction.Prepare(Deletion).Bind(1, batchId).Bind(2, DeleteStep).Execute(),
            cancellationToken);

    private static void Insert(WriteTransaction transaction, DeadLetter letter) =>
        transaction.Prepare(Insertion)
            .Bind(1, letter.BatchId).Bind(2, letter.Index).Bind(3, letter.Round).Bind(4, (int)letter.State)
            .Bind(5, letter.Group).Bind(6, letter.FailedAt.UtcTicks).Bind(7, letter.ItemId).Bind(8, letter.Agent)
            .Bind(9, letter.SessionId).Bind(10, letter.Attempts)
            .Bind(11, JsonSerializer.Serialize(letter.Failure, FleetJson.Options))
            .Execute();

    private static List<DeadLetter> Select(Connection connection, DeadLetterQuery query)
    {
        // Only the conditions that are asked for, so that SQLite can choose its index by them.
        var conditions = new List<string>();
        if (query.BatchId is not null)
            conditions.Add("batch = ?2 AND item > ?3 AND item <= ?5");
        if (query.Group is not null)
            conditions.Add("cause = ?4");
        // As a number: an index of one state alone is not taken for a parameter.
        if (query.State is { } state)
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"state = {(int)state}"));
        if (query.BeforeRound is not null)
            conditions.Add("round < ?6");
        if (query.FiledBefore is not null)
            conditions.Add("failed_ticks < ?7");
        // SQLite takes the primary key by itself, for the order's sake, and would read all letters to find a rare cause.
        var index = query is { BatchId: not null, Group: not null } ? "INDEXED BY dead_letters_by_cause" : "";
        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        var select = connection.Prepare(
            $"SELECT {Columns} FROM dead_letters {index} {where} ORDER BY batch, item, round LIMIT ?1");
        select.Bind(1, query.Limit);
        if (query.BatchId is { } batchId)
            select.Bind(2, batchId).Bind(3, query.AfterIndex).Bind(5, query.UpToIndex);
        if (query.Group is not null)
            select.Bind(4, query.Group);
        if (query.BeforeRound is { } round)
            select.Bind(6, round);
        if (query.FiledBefore is { } before)
            select.Bind(7, before.UtcTicks);

        var letters = new List<DeadLetter>();
        while (select.Step())
            letters.Add(ReadRow(select));
        return letters;
    }

    private static List<DeadLetterGroup> SelectGroups(Connection connection, Guid? batchId, int limit)
    {
        // Counted from the index alone; then one letter of each cause is looked up for its message and agent.
        var ofBatch = batchId is null ? "" : "AND batch = ?2";
        var select = connection.Prepare($"""
            SELECT causes.cause, total, first, last, {SampleOf("failure")}, {SampleOf("agent")}
            FROM (
                SELECT cause, MIN(batch) AS batch, COUNT(*) AS total, MIN(failed_ticks) AS first, MAX(failed_ticks) AS last
                FROM dead_letters WHERE state = 0 {ofBatch}
                GROUP BY cause ORDER BY total DESC, cause LIMIT ?1) AS causes
            ORDER BY total DESC, causes.cause
            """);
        select.Bind(1, limit);
        if (batchId is { } batch)
            select.Bind(2, batch);

        var groups = new List<DeadLetterGroup>();
        while (select.Step())
        {
            var failure = Failure(select, 4);
            groups.Add(new DeadLetterGroup(
                select.Text(0), failure.Kind, failure.Message, select.Number(1), select.Instant(2), select.Instant(3),
                select.Text(5)));
        }

        return groups;
    }

    private static string SampleOf(string column) => $"""
        (SELECT {column} FROM dead_letters AS sample INDEXED BY dead_letters_by_cause
         WHERE sample.batch = causes.batch AND sample.cause = causes.cause AND sample.state = 0
         ORDER BY sample.item LIMIT 1)
        """;

    private static DeadLetter ReadRow(Statement row) => new(
        row.Guid(0), row.Number(1), row.Int(2), row.TextOrNull(6), row.Text(7), row.Text(8), row.Text(4),
        Failure(row, 10), row.Int(9), row.Instant(5), (DeadLetterState)row.Int(3));

    private static ItemFailure Failure(Statement row, int column) =>
        JsonSerializer.Deserialize<ItemFailure>(row.Bytes(column), FleetJson.Options)!;
}
