using System.Collections.Concurrent;

namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// A few read-only connections. Every read is short, since an open one keeps the write-ahead log from being started over.
/// </summary>
internal sealed class ReaderPool(string path, TimeSpan lockTimeout) : IDisposable
{
    private const int MaxConnections = 4;
    private const int CacheKb = 2 * 1024;

    private readonly ConcurrentStack<Connection> _idle = new();
    private readonly SemaphoreSlim _slots = new(MaxConnections, MaxConnections);

    public async Task<T> RunAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            if (!_idle.TryPop(out var connection))
                connection = Open();
            var result = Run(connection, read);
            _idle.Push(connection);
            return result;
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var connection))
            connection.Dispose();
        _slots.Dispose();
    }

    /// <summary>Readers wait for a recovery from a crash, and for the last writer to put the log away; never for a write.
    /// </summary>
    private Connection Open() =>
        Connection.Open(path, readOnly: true, CacheKb, (int)lockTimeout.TotalMilliseconds);

    private static T Run<T>(Connection connection, Func<Connection, T> read)
    {
        try
        {
            return read(connection);
        }
        catch
        {
            // A statement may be left half read; that would hold its snapshot.
            connection.Dispose();
            throw;
        }
    }
}
