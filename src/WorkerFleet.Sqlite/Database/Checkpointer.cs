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

    public void AfterCommit(Connection connection)
    {
        _ = raw.sqlite3_db_status(
            connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, resetFlg: 1);
        if (turn.AddPages(written) < Pages)
            return;
        turn.ResetPages();
        connection.SetBusyTimeout(ReaderTimeoutMs);
        var code = raw.sqlite3_wal_checkpoint_v2(
            connection.Handle, "main", raw.SQLITE_CHECKPOINT_RESTART, out var logSize, out var copied);
        connection.SetBusyTimeout(WriteLock.AttemptMs);
        // The commit is durable either way; the next ones try again.
        if (code != raw.SQLITE_OK)
            LogIncomplete(logger, code, copied, logSize);
    }

    [LoggerMessage(2021, LogLevel.Debug,
        "The write-ahead log could not be started over (SQLite {Code}): {Copied} of {Pages} pages copied")]
    private static partial void LogIncomplete(ILogger logger, int code, int copied, int pages);
}
