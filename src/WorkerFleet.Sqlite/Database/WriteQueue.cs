namespace WorkerFleet.Sqlite.Database;

/// <summary>The writes of this process that wait for a transaction. Bounded: beyond that, callers wait for room.</summary>
internal sealed class WriteQueue : IDisposable
{
    /// <summary>Writes that may wait before callers have to.</summary>
    public const int MaxQueued = 8_192;

    /// <summary>Writes in one transaction: beyond this a larger one is hardly cheaper, and the first one waits longer.</summary>
    public const int MaxGroup = 1_000;

    /// <summary>Bytes in one transaction, so that large outputs do not swell the write-ahead log.</summary>
    private const int MaxGroupBytes = 8 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly Queue<IWriteOperation> _queue = [];
    private readonly SemaphoreSlim _room = new(MaxQueued, MaxQueued);
    private bool _stopping;

    /// <summary>Queues the operation once there is room.</summary>
    /// <param name="operation">What to run.</param>
    /// <param name="cancellationToken">Cancels the wait for room.</param>
    /// <returns>The operation's own task, or one that ends with it.</returns>
    public Task<T> AddAsync<T>(WriteOperation<T> operation, CancellationToken cancellationToken)
    {
        var room = _room.WaitAsync(cancellationToken);
        if (!room.IsCompletedSuccessfully)
            return AddLaterAsync(operation, room);
        Add(operation);
        return operation.Task;
    }

    /// <summary>Waits until there is something to do.</summary>
    /// <returns>False when there is nothing left, and nothing will come.</returns>
    public bool Wait()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_stopping)
                    return false;
                Monitor.Wait(_gate);
            }

            return true;
        }
    }

    /// <summary>Moves as much as one transaction takes into the group, without what its callers gave up.</summary>
    public void Take(List<IWriteOperation> group)
    {
        var taken = 0;
        lock (_gate)
        {
            for (var size = 0; group.Count < MaxGroup && size < MaxGroupBytes && _queue.TryDequeue(out var next);)
            {
                taken++;
                if (next.Drop())
                    continue;
                group.Add(next);
                size += next.Size;
            }
        }

        if (taken > 0)
            _room.Release(taken);
    }

    /// <summary>Lets go what has waited for too long, and what its callers gave up.</summary>
    /// <returns>Whether anything still waits.</returns>
    public bool Thin(TimeSpan limit, Exception overdue)
    {
        var gone = 0;
        lock (_gate)
        {
            for (var count = _queue.Count; count > 0; count--)
            {
                var operation = _queue.Dequeue();
                if (operation.Drop())
                {
                    gone++;
                }
                else if (operation.Waited >= limit)
                {
                    operation.Fail(overdue);
                    gone++;
                }
                else
                {
                    _queue.Enqueue(operation);
                }
            }

            if (gone > 0)
                _room.Release(gone);
            return _queue.Count > 0;
        }
    }

    /// <summary>Takes nothing more. What is queued stays, and who waits for room still learns of it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }
    }

    private async Task<T> AddLaterAsync<T>(WriteOperation<T> operation, Task room)
    {
        await room;
        Add(operation);
        return await operation.Task;
    }

    private void Add(IWriteOperation operation)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _queue.Enqueue(operation);
                if (_queue.Count == 1)
                    Monitor.Pulse(_gate);
                return;
            }
        }

        // Whoever waits for room has to learn of it too.
        _room.Release();
        operation.Fail(new ObjectDisposedException(nameof(GroupWriter)));
    }
}
