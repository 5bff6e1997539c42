using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// The one writer of this process: a thread that takes all writes that wait, runs them in one transaction, commits it
/// and then completes each. While a commit runs the next group gathers, so groups grow with the load by themselves and a
/// lone write waits for nothing.
/// </summary>
/// <remarks>A thread of its own, since a commit blocks on the disk, and the pool has few threads on a small machine.
/// </remarks>
internal sealed class GroupWriter : IDisposable, IAsyncDisposable
{
    /// <summary>Writes that may wait before callers have to.</summary>
    public const int MaxQueued = 8_192;

    /// <summary>Writes in one transaction: beyond this a larger one is hardly cheaper, and the first one waits longer.</summary>
    public const int MaxGroup = 1_000;

    /// <summary>Bytes in one transaction, so that large outputs do not swell the write-ahead log.</summary>
    private const int MaxGroupBytes = 8 * 1024 * 1024;

    private readonly Func<Connection> _open;
    private readonly Checkpointer _checkpointer;
    private readonly object _gate = new();
    private readonly Queue<IWriteOperation> _queue = [];
    private readonly SemaphoreSlim _room = new(MaxQueued, MaxQueued);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private bool _stopping;
    private Connection? _connection;
    private WriteTransaction? _transaction;

    /// <param name="open">Opens a connection with the schema in place. Called on the writer's thread.</param>
    /// <param name="checkpointer">Keeps the write-ahead log bounded.</param>
    public GroupWriter(Func<Connection> open, Checkpointer checkpointer)
    {
        _open = open;
        _checkpointer = checkpointer;
    }

    /// <summary>Runs the work in the next transaction; the task completes once that is durable.</summary>
    /// <param name="work">Runs on the writer's thread, and once more whenever its transaction has to be repeated.</param>
    /// <param name="size">Bytes that it writes, roughly.</param>
    /// <param name="cancellationToken">Takes effect as long as the work has not begun.</param>
    public Task<T> RunAsync<T>(Func<WriteTransaction, T> work, int size, CancellationToken cancellationToken)
    {
        var operation = new WriteOperation<T>(work, size, cancellationToken);
        var room = _room.WaitAsync(cancellationToken);
        if (!room.IsCompletedSuccessfully)
            return RunLaterAsync(operation, room);
        Enqueue(operation);
        return operation.Task;
    }

    /// <summary>Finishes what is queued, then closes the connection.</summary>
    public void Dispose()
    {
        if (Stop() is { } thread)
            thread.Join();
    }

    public async ValueTask DisposeAsync()
    {
        if (Stop() is not null)
            await _ended.Task;
    }

    private async Task<T> RunLaterAsync<T>(WriteOperation<T> operation, Task room)
    {
        await room;
        Enqueue(operation);
        return await operation.Task;
    }

    private void Enqueue(IWriteOperation operation)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _queue.Enqueue(operation);
                if (_thread is null)
                    StartThread();
                else if (_queue.Count == 1)
                    Monitor.Pulse(_gate);
                return;
            }
        }

        // Whoever waits for room has to learn of it too.
        _room.Release();
        operation.Fail(new ObjectDisposedException(nameof(GroupWriter)));
    }

    private void StartThread()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    private Thread? Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
            return _thread;
        }
    }

    private void Loop()
    {
        var group = new List<IWriteOperation>(MaxGroup);
        while (Take(group))
        {
            try
            {
                RunGroup(group);
            }
            catch (Exception exception)
            {
                // The boundary of the thread: whatever it was, the callers learn of it and the writer goes on.
                foreach (var operation in group)
                    operation.Fail(exception);
            }

            group.Clear();
        }

        _connection?.Dispose();
        _ended.SetResult();
    }

    /// <returns>False when there is nothing left to do.</returns>
    private bool Take(List<IWriteOperation> group)
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_stopping)
                    return false;
                Monitor.Wait(_gate);
            }

            for (var size = 0; group.Count < MaxGroup && size < MaxGroupBytes && _queue.TryDequeue(out var next);)
            {
                group.Add(next);
                size += next.Size;
            }
        }

        _room.Release(group.Count);
        return true;
    }

    private void RunGroup(List<IWriteOperation> group)
    {
        group.RemoveAll(operation => operation.Drop());
        while (group.Count > 0)
        {
            var transaction = Begin();
            if (RunAll(transaction, group) is { } failed)
            {
                group.Remove(failed);
                continue;
            }

            Commit(transaction);
            foreach (var operation in group)
                operation.Complete();
            _checkpointer.AfterCommit(_connection!);
            return;
        }
    }

    /// <returns>The operation that failed by itself, after which the others have to be run anew.</returns>
    private IWriteOperation? RunAll(WriteTransaction transaction, List<IWriteOperation> group)
    {
        foreach (var operation in group)
        {
            try
            {
                operation.Run(transaction);
            }
            catch (Exception exception)
            {
                Abandon(transaction);
                if (SqliteErrors.SpoilsTransaction(exception))
                    throw;
                operation.Fail(exception);
                return operation;
            }
        }

        return null;
    }

    private WriteTransaction Begin()
    {
        _connection ??= _open();
        _transaction ??= new WriteTransaction(_connection);
        _transaction.Begin();
        return _transaction;
    }

    private void Commit(WriteTransaction transaction)
    {
        try
        {
            transaction.Commit();
        }
        catch
        {
            Abandon(transaction);
            throw;
        }
    }

    private void Abandon(WriteTransaction transaction)
    {
        try
        {
            transaction.Rollback();
        }
        catch (StoreException)
        {
            // What remains is in doubt: the next group starts on a new connection, which recovers from the log.
            _connection?.Dispose();
            _connection = null;
            _transaction = null;
        }
    }
}
