using System.Text.Json;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite.Database;
using WorkerFleet.Workers;

namespace WorkerFleet.Sqlite;

/// <summary>The register of processes in the embedded store.</summary>
internal sealed class SqliteWorkerRegistry(SqliteDatabase database) : IWorkerRegistry
{
    private const string Upsert = """
        INSERT INTO workers (id, seen_ticks, record) VALUES (?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET seen_ticks = excluded.seen_ticks, record = excluded.record
        """;

    public Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(worker, FleetJson.Options);
        return database.WriteAsync(
            transaction => transaction.Prepare(Upsert)
                .Bind(1, worker.Id).Bind(2, worker.SeenAt.UtcTicks).BindText(3, json)
                .Execute(),
            cancellationToken,
            json.Length);
    }

    public async Task<IReadOnlyList<WorkerRecord>> ListAsync(
        DateTimeOffset since, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            connection =>
            {
                var workers = new List<WorkerRecord>();
                var select = connection.Prepare("SELECT record FROM workers WHERE seen_ticks >= ?1 ORDER BY id")
                    .Bind(1, since.UtcTicks);
                while (select.Step())
                    workers.Add(JsonSerializer.Deserialize<WorkerRecord>(select.Bytes(0), FleetJson.Options)!);
                return workers;
            },
            cancellationToken);

    public Task RemoveAsync(string workerId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM workers WHERE id = ?1").Bind(1, workerId).Execute(),
            cancellationToken);

    public Task RemoveBeforeAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM workers WHERE seen_ticks < ?1")
                .Bind(1, seenBefore.UtcTicks)
                .Execute(),
            cancellationToken);
}
