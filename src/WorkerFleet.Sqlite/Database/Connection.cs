using SQLitePCL;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>One connection to the database file. Used by one thread at a time; keeps its statements prepared.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>Largest text or blob, in bytes: above the largest answer that an agent may give.</summary>
    public const int MaxValueBytes = 64 * 1024 * 1024;

    private readonly Dictionary<string, Statement> _statements = [];
    private readonly sqlite3 _handle;

    private Connection(sqlite3 handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    public string Path { get; }

    public sqlite3 Handle => _handle;

    /// <summary>Rows changed by the last INSERT, UPDATE or DELETE.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <param name="path">The database file; created unless <paramref name="readOnly"/>.</param>
    /// <param name="readOnly">Whether the connection refuses to write.</param>
    /// <param name="cacheKb">Upper bound of its page cache, in KiB.</param>
    /// <param name="busyTimeoutMs">How long it waits for others to give a lock back, in milliseconds.</param>
    /// <exception cref="StoreException">The file cannot be opened.</exception>
    public static Connection Open(string path, bool readOnly, int cacheKb, int busyTimeoutMs = 30_000)
    {
        SqliteLibrary.Initialize();
        // A connection is never used by two threads at once, so SQLite's own locking would only cost time.
        var flags = raw.SQLITE_OPEN_NOMUTEX
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var connection = new Connection(handle, path);
        try
        {
            connection.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            connection.SetBusyTimeout(busyTimeoutMs);
            _ = raw.sqlite3_limit(handle, raw.SQLITE_LIMIT_LENGTH, MaxValueBytes);
            connection.Execute($"PRAGMA cache_size = -{cacheKb}");
            connection.Execute("PRAGMA mmap_size = 0");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>How long one waits for others to give a lock back.</summary>
    public void SetBusyTimeout(int milliseconds) => raw.sqlite3_busy_timeout(_handle, milliseconds);

    /// <summary>The statement, prepared once; the caller binds all of its parameters anew.</summary>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        return _statements[sql] = new Statement(this, handle);
    }

    /// <summary>Runs statements that have no parameters and whose rows nobody wants.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public long ReadNumber(string sql)
    {
        var statement = Prepare(sql);
        statement.Step();
        var number = statement.Number(0);
        statement.Reset();
        return number;
    }

    /// <summary>Ends whatever a failed operation left half read.</summary>
    public void ResetStatements()
    {
        foreach (var statement in _statements.Values)
            statement.Reset();
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw SqliteErrors.Create(code, raw.sqlite3_errmsg(_handle).utf8_to_string(), Path);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _handle.Dispose();
    }
}
