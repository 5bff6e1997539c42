using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Storage;

namespace WorkerFleet.Batches;

/// <summary>
/// Remembers the batches that this process works on, so that a row costs no look-up, and keeps up with their state: a
/// pause or cancel is seen at once where the saga runs in the same process, else within <see cref="StorePace.Look"/>.
/// </summary>
public sealed partial class BatchDirectory(
    IBatchStore store, StorePace pace, TimeProvider time, ILogger<BatchDirectory> logger)
    : BackgroundService
{
    /// <summary>How long a batch that ends early waits for its items in flight, before they are abandoned.</summary>
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    /// <summary>Most batches remembered at once; beyond, the least recently used are forgotten.</summary>
    private const int Capacity = 1_000;

    private readonly ConcurrentDictionary<Guid, BatchView> _views = new();

    /// <summary>Reads under way: the first items of a batch come all together, and one read is enough for them.</summary>
    private readonly ConcurrentDictionary<Guid, Lazy<Task<BatchState?>>> _reads = new();

    /// <summary>The batches that are remembered just now.</summary>
    internal IReadOnlyCollection<BatchView> Views => [.. _views.Values];

    /// <returns>Null when there is no such batch.</returns>
    public ValueTask<BatchView?> FindAsync(Guid batchId, CancellationToken cancellationToken)
    {
        if (!_views.TryGetValue(batchId, out var view))
            return LoadAsync(batchId, cancellationToken);
        view.LastUsed = time.GetUtcNow();
        return new(view);
    }

    /// <summary>Reads the state of a batch anew, for a decision that must not be made on an old one.</summary>
    public async Task<BatchView?> RefreshAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var view = await FindAsync(batchId, cancellationToken);
        return view is not null && await UpdateAsync(view, cancellationToken) ? view : null;
    }

    /// <summary>Takes over the state of a batch that this process has just stored. It is not to be changed any more.</summary>
    internal void Take(BatchState state)
    {
        if (_views.TryGetValue(state.CorrelationId, out var view))
            view.Update(state);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(pace.Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var view in _views.Values)
                await TryRefreshAsync(view, stoppingToken);
        }
    }

    /// <summary>Each by itself, so that one that cannot be read does not hold up those behind it.</summary>
    private async Task TryRefreshAsync(BatchView view, CancellationToken stoppingToken)
    {
        try
        {
            await RefreshOneAsync(view, stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The store is out of reach for now: go on with what is known, and try again at the next tick.
            LogRefreshFailed(exception, view.Id);
        }
    }

    private async Task RefreshOneAsync(BatchView view, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var full = _views.Count > Capacity;
        // One with items is kept however long they take: they would not learn what becomes of the batch by another view.
        if (view.IsIdle && now - view.LastUsed > (full ? TimeSpan.FromSeconds(10) : ForgetAfter))
            _views.TryRemove(view.Id, out _);
        else if (await GlanceAsync(view, cancellationToken))
            await view.AbandonIfEndingSinceAsync(now - CancelGrace);
    }

    /// <summary>A view never goes back: what it has seen is newer than an older state that is found.</summary>
    private async Task<bool> GlanceAsync(BatchView view, CancellationToken cancellationToken)
    {
        if (await store.GlanceAsync(view.Id, cancellationToken) is not { } state)
            return await UpdateAsync(view, cancellationToken);
        view.Update(state);
        return true;
    }

    /// <returns>False when there is no such batch any more.</returns>
    private async Task<bool> UpdateAsync(BatchView view, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(view.Id, cancellationToken) is not { } state)
        {
            _views.TryRemove(view.Id, out _);
            return false;
        }

        view.Update(state);
        return true;
    }

    private async ValueTask<BatchView?> LoadAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var read = _reads.GetOrAdd(
            batchId, id => new(() => store.FindAsync(id, CancellationToken.None)));
        BatchState? state;
        try
        {
            state = await read.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            _reads.TryRemove(new(batchId, read));
        }

        if (state is null)
            return null;
        var view = _views.GetOrAdd(batchId, _ => new BatchView(state));
        view.LastUsed = time.GetUtcNow();
        return view;
    }

    [LoggerMessage(1101, LogLevel.Warning, "The state of batch {BatchId} cannot be read; trying again")]
    private partial void LogRefreshFailed(Exception exception, Guid batchId);
}
