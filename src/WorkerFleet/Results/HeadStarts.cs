using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.Results;

/// <summary>
/// Gives the exports of running batches a head start (<see cref="HeadStart"/>), so that the end of a batch waits for the rows
/// of the last moment only. Nothing rests on it: what goes wrong here is dropped, and the export writes everything itself.
/// </summary>
public sealed partial class HeadStarts(
    BatchDirectory batches, ResultExporter exporter, DrivenBatches driven, LeaseHolder leases, TimeProvider time,
    ILogger<HeadStarts> logger) : BackgroundService
{
    /// <summary>Batches at the same time in one process; each takes a megabyte of buffers.</summary>
    private const int Most = 4;

    /// <summary>Rows from which on it is worth while: they take as long to write as the files take to make.</summary>
    private const int FewestRows = 2_048;

    /// <summary>Pauses are so many times as long as the work between them.</summary>
    private const int PausePerWork = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Guid, HeadStart> _held = new();
    private readonly Dictionary<Guid, IAsyncDisposable> _leases = [];
    // Each batch once: what failed would fail again, from the first row on.
    private readonly HashSet<Guid> _tried = [];

    /// <summary>Hands over what is written of the batch.</summary>
    /// <returns>To be disposed; null when there is nothing.</returns>
    internal async Task<HeadStart?> TakeAsync(Guid batchId)
    {
        if (!_held.TryRemove(batchId, out var headStart))
            return null;
        await headStart.StopAsync();
        return headStart;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync(stoppingToken);
        }
        finally
        {
            foreach (var batchId in _held.Keys)
                await DropAsync(batchId);
            await ReleaseLeasesAsync();
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        var views = batches.Views;
        foreach (var view in views)
            if (_held.Count < Most && IsWorthWhile(view.State) && _tried.Add(view.Id))
                await TryAsync(view.Id, () => BeginAsync(view, stoppingToken));
        foreach (var (batchId, headStart) in _held)
            await TryAsync(batchId, () => AdvanceAsync(batchId, headStart, stoppingToken));
        await ReleaseLeasesAsync();
        _tried.IntersectWith(views.Select(view => view.Id));
    }

    private static bool IsWorthWhile(BatchState batch)
    {
        if (batch is not { Output: not null, CurrentState: BatchStatus.Dispatching or BatchStatus.Processing }
            || batch.TotalRows < FewestRows || !HeadStart.CanBegin(batch))
            return false;
        for (var slice = 0; slice * (long)batch.Spec.Limits.SliceSize < FewestRows; slice++)
            if (!batch.SettledSlices.Contains(slice))
                return false;
        return true;
    }

    private async Task BeginAsync(BatchView batch, CancellationToken cancellationToken)
    {
        // Of several processes that know the batch, one.
        if (driven.All)
        {
            if (await leases.TryTakeAsync($"ahead/{batch.Id:N}", cancellationToken) is not { } lease)
                return;
            _leases[batch.Id] = lease;
        }
        _held[batch.Id] = exporter.BeginAhead(batch.State, batch.Mapper);
    }

    private async Task AdvanceAsync(Guid batchId, HeadStart headStart, CancellationToken cancellationToken)
    {
        if ((await batches.FindAsync(batchId, cancellationToken))?.State is not { } batch
            || !HeadStart.CanBegin(batch) || BatchStatus.IsFinal(batch.CurrentState))
        {
            await DropAsync(batchId);
            return;
        }

        var worked = time.GetTimestamp();
        await headStart.AdvanceAsync(batch, PauseAsync, cancellationToken);

        async Task PauseAsync(CancellationToken pauseCancelled)
        {
            var pause = time.GetElapsedTime(worked) * PausePerWork;
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, pauseCancelled);
            worked = time.GetTimestamp();
        }
    }

    private async Task TryAsync(Guid batchId, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (OperationCanceledException)
        {
            // It was taken meanwhile, or all of this stops.
        }
        catch (Exception exception)
        {
            // The boundary of what is a service to the export: that will tell, if it meets with the same.
            LogDropped(exception, batchId);
            await DropAsync(batchId);
        }
    }

    private async Task DropAsync(Guid batchId)
    {
        if (await TakeAsync(batchId) is { } headStart)
            headStart.Dispose();
    }

    /// <summary>Those of batches that are no longer written ahead here.</summary>
    private async Task ReleaseLeasesAsync()
    {
        foreach (var batchId in _leases.Keys.Where(batchId => !_held.ContainsKey(batchId)).ToList())
            if (_leases.Remove(batchId, out var lease))
                await lease.DisposeAsync();
    }

    [LoggerMessage(2621, LogLevel.Debug, "The results of batch {BatchId} are not written ahead; the export writes them")]
    private partial void LogDropped(Exception exception, Guid batchId);
}
