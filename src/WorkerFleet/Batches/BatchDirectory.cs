using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Batches;

/// <summary>
/// Remembers the batches that this process works on, so that a row costs no look-up, and keeps up with their state: a
/// pause or cancel is seen within <see cref="RefreshInterval"/>.
/// </summary>
public sealed partial class BatchDirectory(IBatchStore store, TimeProvider time, ILogger<BatchDirectory> logger)
    : BackgroundService
{
    /// <summary>How long a batch that ends early waits for its items in flight, before they are abandoned.</summary>
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    /// <summary>Most batches remembered at once; beyond, the least recently used are forgotten.</summary>
    private const int Capacity = 1_000;

    private readonly ConcurrentDictionary<Guid, BatchView> _views = new();

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
        if (view is null)
            return null;
        if (await store.FindAsync(batchId, cancellationToken) is not { } state)
        {
            _views.TryRemove(batchId, out _);
            return null;
        }

        view.Update(state);
        return view;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RefreshInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var view in _views.Values)
                    await RefreshOneAsync(view, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The store is out of reach for now: go on with what is known, and try again at the next tick.
                LogRefreshFailed(exception);
            }
        }
    }

    private async Task RefreshOneAsync(BatchView view, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var full = _views.Count > Capacity;
        if (now - view.LastUsed > (full ? TimeSpan.FromSeconds(10) : ForgetAfter))
        {
            _views.TryRemove(view.Id, out _);
            return;
        }

        await RefreshAsync(view.Id, cancellationToken);
        if (view.IsEnding && now - view.State.EndRequestedAt > CancelGrace)
            await view.AbandonAsync();
    }

    private async ValueTask<BatchView?> LoadAsync(Guid batchId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(batchId, cancellationToken) is not { } state)
            return null;
        var view = _views.GetOrAdd(batchId, _ => new BatchView(state));
        view.LastUsed = time.GetUtcNow();
        return view;
    }

    [LoggerMessage(1101, LogLevel.Warning, "The state of the batches cannot be read; trying again")]
    private partial void LogRefreshFailed(Exception exception);
}
