using System.Diagnostics;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// The one writer of this process: a thread that takes all writes that wait, runs them in one transaction, commits it
/// and then completes each. While a commit runs the next group gathers, so groups grow with the load by themselves and a
/// lone write waits for nothing.
/// </summary>
/// <remarks>
/// A thread of its own, since a commit blocks on the disk, and the pool has few threads on a small machine. The group is
/// taken once the database is locked: what arrives while others have their turn goes into it, too.
/// </remarks>
internal sealed class GroupWriter(Func<Connection> open, WriteTurn turn, WriteLock writeLock, Checkpointer checkpointer)
    : IDisposable, IAsyncDisposable
{
    /// <summary>What metrics call a group, in which there are writes of every kind.</summary>
    private const string Kind = "all";

    private readonly WriteQueue _queue = new();
    private readonly object _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private Connection? _connection;
    private WriteTransaction? _transaction;

    /// <summary>Runs the work in the next transaction; the task completes once that is durable.</summary>
    /// <param name="work">Runs on the writer's thread, and once more whenever its transaction has to be repeated.</param>
    /// <param name="size">Bytes that it writes, roughly.</param>
    /// <param name="cancellationToken">Takes effect as long as the work has not begun.</param>
    public Task<T> RunAsync<T>(Func<WriteTransaction, T> work, int size, CancellationToken cancellationToken)
    {
        if (_thread is null)
            StartThread();
        return _queue.AddAsync(new WriteOperation<T>(work, size, cancellationToken), cancellationToken);
    }

    /// <summary>Finishes what is queued, then closes the connection.</summary>
    public void Dispose()
    {
        _queue.Dispose();
        _thread?.Join();
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Dispose();
        if (_thread is not null)
            await _ended.Task;
    }

    private void StartThread()
    {
        lock (_gate)
        {
            if (_thread is not null)
                return;
            _thread = new Thread(Loop) { IsBackground = true, Name = "sqlite-writer" };
            _thread.Start();
        }
    }

    private void Loop()
    {
        var group = new List<IWriteOperation>(WriteQueue.MaxGroup);
        while (_queue.Wait())
        {
            try
            {
                turn.Enter();
                RunGroup(group);
            }
            catch (Exception exception)
            {
                // The boundary of the thread: whatever it was, the callers learn of it and the writer goes on.
                if (group.Count == 0)
                    _queue.Take(group);
                foreach (var operation in group)
                    operation.Fail(exception);
            }
            finally
            {
                turn.Leave();
            }

            group.Clear();
        }

        _connection?.Dispose();
        turn.Dispose();
        _ended.SetResult();
    }

    private void RunGroup(List<IWriteOperation> group)
    {
        if (!writeLock.Take(Begin, _queue.Thin))
            return;
        _queue.Take(group);
        var began = Stopwatch.GetTimestamp();
        try
        {
            if (!TryWrite(group))
                return;
        }
        catch
        {
            StoreMetrics.RecordFlush(Kind, group.Count, Stopwatch.GetElapsedTime(began), failed: true);
            throw;
        }

        StoreMetrics.RecordFlush(Kind, group.Count, Stopwatch.GetElapsedTime(began));
        SqliteMetrics.CountCommit();
        foreach (var operation in group)
            operation.Complete();
        checkpointer.AfterCommit(_connection!);
    }

    /// <returns>False when the file was locked anew for so long that nobody waits for the group any more.</returns>
    private bool TryWrite(List<IWriteOperation> group)
    {
        while (RunAll(group) is { } failed)
        {
            group.Remove(failed);
            if (!writeLock.Take(Begin, (limit, overdue) => Thin(group, limit, overdue)))
                return false;
        }

        Commit();
        return true;
    }

    /// <returns>The operation that failed by itself, after which the others have to be run anew.</returns>
    private IWriteOperation? RunAll(List<IWriteOperation> group)
    {
        foreach (var operation in group)
        {
            try
            {
                operation.Run(_transaction!);
            }
            catch (Exception exception)
            {
                Abandon();
                if (SqliteErrors.SpoilsTransaction(exception))
                    throw;
                operation.Fail(exception);
                return operation;
            }
        }

        return null;
    }

    private void Begin()
    {
        _connection ??= open();
        _transaction ??= new WriteTransaction(_connection);
        _transaction.Begin();
    }

    private void Commit()
    {
        try
        {
            _transaction!.Commit();
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    private void Abandon()
    {
        SqliteMetrics.CountRollback();
        try
        {
            _transaction!.Rollback();
        }
        catch (StoreException)
        {
            // What remains is in doubt: the next group starts on a new connection, which recovers from the log.
            _connection?.Dispose();
            _connection = null;
            _transaction = null;
        }
    }

    private static bool Thin(List<IWriteOperation> group, TimeSpan limit, StoreException overdue)
    {
        group.RemoveAll(operation =>
        {
            if (operation.Waited < limit)
                return false;
            operation.Fail(overdue);
            return true;
        });
        return group.Count > 0;
    }
}
