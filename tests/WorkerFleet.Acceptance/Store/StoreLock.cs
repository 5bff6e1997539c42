using SQLitePCL;

namespace WorkerFleet.Acceptance.Store;

/// <summary>The embedded store's one write lock, held by a connection that has nothing to do with the fleet.</summary>
internal sealed class StoreLock : IDisposable
{
    private const int Patience = 60_000;

    private readonly sqlite3 _connection;

    private StoreLock(sqlite3 connection) => _connection = connection;

    /// <summary>Waits for the lock, like any other writer. Disposing releases it; nothing is written.</summary>
    public static StoreLock Take(string dataFolder)
    {
        Batteries_V2.Init();
        var opened = raw.sqlite3_open_v2(Path.Combine(dataFolder, "fleet.db"), out var connection, raw.SQLITE_OPEN_READWRITE, null);
        var store = new StoreLock(connection);
        Assert.Equal(raw.SQLITE_OK, opened);
        _ = raw.sqlite3_busy_timeout(connection, Patience);
        store.Execute("BEGIN IMMEDIATE");
        return store;
    }

    public void Dispose()
    {
        Execute("ROLLBACK");
        _connection.Dispose();
    }

    private void Execute(string sql) =>
        Assert.True(raw.sqlite3_exec(_connection, sql) == raw.SQLITE_OK, raw.sqlite3_errmsg(_connection).utf8_to_string());
}
