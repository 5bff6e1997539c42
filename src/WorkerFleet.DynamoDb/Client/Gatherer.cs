using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>
/// Group commit: what comes for one key within a moment goes out in one flush, and each caller waits for its own flush only.
/// </summary>
/// <param name="kind">What metrics call what is written.</param>
/// <param name="flush">Writes a group; gives a result for each, in their order.</param>
/// <param name="sizeOf">Bytes of one.</param>
/// <param name="limits">When a group is full.</param>
/// <param name="gatherTime">How long the first of a group waits for others.</param>
/// <param name="time">The clock.</param>
internal sealed class Gatherer<TKey, TWrite, TResult>(
    string kind, Func<TKey, IReadOnlyList<TWrite>, Task<IReadOnlyList<TResult>>> flush, Func<TWrite, int> sizeOf,
    GatherLimits limits, TimeSpan gatherTime, TimeProvider time) : IDisposable
    where TKey : notnull
{
    /// <summary>Writes that wait or are under way, of all keys. More wait before they are taken in.</summary>
    private const int MaxQueued = 8_192;

    private const int MaxFlushes = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Group> _open = [];
    private readonly SemaphoreSlim _queued = new(MaxQueued);
    private readonly SemaphoreSlim _flushes = new(MaxFlushes);

    /// <summary>Durable when the task completes. A write that was cancelled while it waited may have been made.</summary>
    public async Task<TResult> WriteAsync(TKey key, TWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _queued.WaitAsync(cancellationToken);
        var (group, place) = Join(key, write);
        return (await group.Flushed.WaitAsync(cancellationToken))[place];
    }

    public void Dispose()
    {
        _queued.Dispose();
        _flushes.Dispose();
    }

    private (Group Group, int Place) Join(TKey key, TWrite write)
    {
        var size = sizeOf(write);
        lock (_lock)
        {
            if (!_open.TryGetValue(key, out var group) || group.Bytes + size > limits.Bytes)
            {
                group?.Close();
                group = _open[key] = new Group();
                group.Flushed = FlushAsync(key, group);
            }

            group.Writes.Add(write);
            group.Bytes += size;
            if (group.Writes.Count == limits.Writes)
            {
                _open.Remove(key);
                group.Close();
            }

            return (group, group.Writes.Count - 1);
        }
    }

    private async Task<IReadOnlyList<TResult>> FlushAsync(TKey key, Group group)
    {
        await Task.WhenAny(group.Full, Task.Delay(gatherTime, time)).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _flushes.WaitAsync();
        try
        {
            lock (_lock)
            {
                if (_open.TryGetValue(key, out var open) && open == group)
                    _open.Remove(key);
            }

            return await FlushAsync(key, group.Writes);
        }
        finally
        {
            _flushes.Release();
            _queued.Release(group.Writes.Count);
        }
    }

    private async Task<IReadOnlyList<TResult>> FlushAsync(TKey key, IReadOnlyList<TWrite> writes)
    {
        var (began, failed) = (time.GetTimestamp(), true);
        try
        {
            var results = await flush(key, writes);
            failed = false;
            return results;
        }
        finally
        {
            StoreMetrics.RecordFlush(kind, writes.Count, time.GetElapsedTime(began), failed);
        }
    }

    private sealed class Group
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<TWrite> Writes { get; } = [];

        public int Bytes { get; set; }

        public Task Full => _full.Task;

        public Task<IReadOnlyList<TResult>> Flushed { get; set; } = null!;

        public void Close() => _full.TrySetResult();
    }
}

/// <param name="Writes">Most writes in one flush.</param>
/// <param name="Bytes">Most bytes in one flush; a single write may have more.</param>
internal readonly record struct GatherLimits(int Writes, int Bytes);
