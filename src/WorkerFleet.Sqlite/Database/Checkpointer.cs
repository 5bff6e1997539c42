using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// Copies the write-ahead log into the database file and starts the log over, so that it stays bounded.
/// </summary>
/// <remarks>
/// SQLite's automatic checkpoint is off. It neither waits for readers, so that overlapping ones keep the log growing,
/// nor keeps other processes from writing meanwhile, which before SQLite 3.51.3 could lose pages ("WAL-reset bug"). This
/// one holds the write lock.
/// </remarks>
internal sealed partial class Checkpointer(WriteTurn turn, ILogger logger)
{
    /// <summary>Pages in the log at which it is copied: 16 MiB, about a fifth of a second of work.</summary>
    public const int Pages = 2_048;

    /// <summary>How long the log's older readers are waited for, in milliseconds. All of ours are shorter.</summary>
    private const int ReaderTimeoutMs = 200;

    /// <summary>
    /// Pages after which it is tried again when a reader was not done in time; twice as many after each further miss. So
    /// one that was only held up costs little, and one that goes on for good does not hold up every write.
    /// </summary>
    private const int RetryPages = Pages / 16;

    private int _retryPages = RetryPages;

    public void AfterCommit(Connection connection)
    {
        _ = raw.sqlite3_db_status(
            connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, resetFlg: 1);
        if (turn.AddPages(written) < Pages)
            return;
        connection.SetBusyTimeout(ReaderTimeoutMs);
        var code = raw.sqlite3_wal_checkpoint_v2(
            connection.Handle, "main", raw.SQLITE_CHECKPOINT_RESTART, out var logSize, out var copied);
        connection.SetBusyTimeout(WriteLock.AttemptMs);
        if (code == raw.SQLITE_OK)
        {
            turn.SetPages(0);
            _retryPages = RetryPages;
            return;
        }

        // The commit is durable either way; a later one tries again.
        LogIncomplete(logger, code, copied, logSize);
        turn.SetPages(Pages - _retryPages);
        _retryPages = Math.Min(_retryPages * 2, Pages);
    }

    [LoggerMessage(2021, LogLevel.Debug,
        "The write-ahead log could not be started over (SQLite {Code}): {Copied} of {Pages} pages copied")]
    private static partial void LogIncomplete(ILogger logger, int code, int copied, int pages);
}
