using WorkerFleet.Sqlite.Database;
using WorkerFleet.Workers;

namespace WorkerFleet.Sqlite;

/// <summary>The leases in the embedded store.</summary>
internal sealed class SqliteLeases(SqliteDatabase database) : ILeases
{
    private const string DeleteRunOut = "DELETE FROM leases WHERE until_ticks <= ?1";

    private const string Take = """
        INSERT INTO leases (name, holder, until_ticks) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET until_ticks = excluded.until_ticks WHERE leases.holder = excluded.holder
        """;

    public Task<bool> TryTakeAsync(
        string name, string holder, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Prepare(DeleteRunOut).Bind(1, now.UtcTicks).Execute();
                return transaction.Prepare(Take)
                    .Bind(1, name).Bind(2, holder).Bind(3, (now + duration).UtcTicks)
                    .Execute() > 0;
            },
            cancellationToken);

    public Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM leases WHERE name = ?1 AND holder = ?2")
                .Bind(1, name).Bind(2, holder)
                .Execute(),
            cancellationToken);
}
