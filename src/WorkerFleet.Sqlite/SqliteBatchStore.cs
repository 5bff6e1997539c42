using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>The saga instances in the embedded store: the whole instance as JSON, and columns to find it by.</summary>
internal sealed class SqliteBatchStore(SqliteDatabase database, FileBatchDrivers drivers) : IBatchStore
{
    private const string Insertion = """
        INSERT INTO batches (id, version, status, finished, submitted_ticks, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO NOTHING
        """;

    private const string Replacement = """
        UPDATE batches SET version = ?2, status = ?3, finished = ?4, submitted_ticks = ?5, state = ?6
        WHERE id = ?1 AND version = ?7
        """;

    public Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection =>
            {
                var select = connection.Prepare("SELECT state FROM batches WHERE id = ?1").Bind(1, batchId);
                return Read(select).FirstOrDefault();
            },
            cancellationToken);

    public async Task InsertAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var write = Prepare(batch, Insertion);
        if (await database.WriteAsync(transaction => write(transaction).Execute(), cancellationToken) == 0)
            throw new BatchConcurrencyException($"There is a batch {batch.CorrelationId} already.");
    }

    public async Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken)
    {
        var write = Prepare(batch, Replacement);
        var changed = await database.WriteAsync(
            transaction => write(transaction).Bind(7, expectedVersion).Execute(), cancellationToken);
        if (changed == 0)
            throw new BatchConcurrencyException(
                $"Batch {batch.CorrelationId} is no longer in version {expectedVersion}.");
    }

    public async Task DeleteAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM batches WHERE id = ?1").Bind(1, batchId).Execute(),
            cancellationToken);
        drivers.Forget(batchId);
    }

    public async Task<IReadOnlyList<BatchState>> ListAsync(
        Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            connection =>
            {
                // Literal conditions, since only those let SQLite use the index of unfinished batches.
                var finished = unfinishedOnly ? "finished = 0" : "TRUE";
                var page = before is null ? "TRUE" : "id < ?2";
                var select = connection.Prepare(
                    $"SELECT state FROM batches WHERE {finished} AND {page} ORDER BY id DESC LIMIT ?1");
                select.Bind(1, limit);
                if (before is { } id)
                    select.Bind(2, id);
                return Read(select);
            },
            cancellationToken);

    /// <summary>Takes the instance down now: the saga may go on changing it while the write waits.</summary>
    private static Func<WriteTransaction, Statement> Prepare(BatchState batch, string sql)
    {
        var id = batch.CorrelationId;
        var version = batch.Version;
        var status = batch.CurrentState;
        var submitted = batch.SubmittedAt.UtcTicks;
        var json = JsonSerializer.SerializeToUtf8Bytes(batch, FleetJson.Options);
        return transaction => transaction.Prepare(sql)
            .Bind(1, id).Bind(2, version).Bind(3, status)
            .Bind(4, BatchStatus.IsFinal(status) ? 1 : 0)
            .Bind(5, submitted)
            .BindText(6, json);
    }

    private static List<BatchState> Read(Statement select)
    {
        var batches = new List<BatchState>();
        while (select.Step())
            batches.Add(JsonSerializer.Deserialize<BatchState>(select.Bytes(0), FleetJson.Options)!);
        return batches;
    }
}
