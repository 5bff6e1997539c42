using Microsoft.Extensions.Logging;

namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// The file <c>fleet.db</c>: its writer and its readers. Opened when first used; several processes may have it open.
/// </summary>
internal sealed class SqliteDatabase : IDisposable, IAsyncDisposable
{
    private const int WriterCacheKb = 16 * 1024;

    /// <summary>
    /// Size of a page, in bytes. Twice SQLite's default: answers of a few kilobytes share pages instead of taking one
    /// each, while the pages at the end of each table, which every commit writes again, stay small.
    /// </summary>
    private const int PageBytes = 8_192;

    /// <summary>What remains of the log file after it had to grow beyond its usual size, in bytes.</summary>
    private const int LogBytesKept = 2 * Checkpointer.Pages * PageBytes;

    private readonly string _folder;
    private readonly GroupWriter _writer;
    private readonly ReaderPool _readers;
    private volatile bool _opened;

    /// <param name="folder">Created when first needed.</param>
    /// <param name="options">How long to wait for others.</param>
    /// <param name="logger">For what goes on inside.</param>
    public SqliteDatabase(string folder, SqliteStoreOptions options, ILogger<SqliteDatabase> logger)
    {
        _folder = System.IO.Path.GetFullPath(folder);
        Path = System.IO.Path.Combine(_folder, "fleet.db");
        var turn = new WriteTurn(_folder);
        _writer = new GroupWriter(
            OpenForWriting, turn, new WriteLock(Path, options.LockTimeout, logger), new Checkpointer(turn, logger));
        _readers = new ReaderPool(Path, options.LockTimeout);
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <inheritdoc cref="GroupWriter.RunAsync"/>
    public Task<T> WriteAsync<T>(
        Func<WriteTransaction, T> work, CancellationToken cancellationToken, int size = 0) =>
        _writer.RunAsync(work, size, cancellationToken);

    /// <summary>Reads what is durable, beside the writer. The read has to be short.</summary>
    public async Task<T> ReadAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        if (!_opened)
        {
            // Only the writer can create the file and its tables. Where they are there, nobody who only reads has to
            // wait for the lock.
            if (!File.Exists(Path) || !await _readers.RunAsync(Schema.IsCurrent, cancellationToken))
                await _writer.RunAsync(static _ => true, size: 0, cancellationToken);
            _opened = true;
        }

        SqliteMetrics.CountRead();
        return await _readers.RunAsync(read, cancellationToken);
    }

    /// <summary>Deletes in small steps, each a transaction of its own, so that other writes get their turn.</summary>
    /// <param name="deleteSome">Deletes at most some rows; returns how many.</param>
    /// <param name="cancellationToken">Cancels between two steps; what is deleted stays so.</param>
    public async Task DeleteAsync(Func<WriteTransaction, int> deleteSome, CancellationToken cancellationToken)
    {
        while (await WriteAsync(deleteSome, cancellationToken) > 0)
        {
        }

        // The file itself shrinks, also in steps, once the log has been copied into it.
        while (await WriteAsync(static transaction => transaction.ReleaseSpace(), cancellationToken))
        {
        }
    }

    public void Dispose()
    {
        // The writer's connection closes last: the last one of all copies the log and deletes it.
        _readers.Dispose();
        _writer.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _readers.Dispose();
        await _writer.DisposeAsync();
    }

    private Connection OpenForWriting()
    {
        var connection = Connection.Open(Path, readOnly: false, WriterCacheKb, WriteLock.AttemptMs);
        try
        {
            // These two take effect in a new file only; the second lets deleted space be given back to the disk.
            connection.Execute($"PRAGMA page_size = {PageBytes}");
            connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA secure_delete = OFF");
            connection.Execute("PRAGMA wal_autocheckpoint = 0");
            connection.Execute($"PRAGMA journal_size_limit = {LogBytesKept}");
            Schema.Prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
