using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.Journal;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Completions;

/// <summary>
/// Finds the completions that agents write into the journal's table, of all sessions at once, about a second after they are
/// written. Each look costs what was written since the one before, however many sessions wait; none is made while no batch has
/// agents that work in the background.
/// </summary>
public sealed partial class CompletionPoller(
    IEnumerable<ICompletionFeed> feeds, CompletionRecorder recorder, IBatchStore batches, ILeases leases, WorkerIdentity worker,
    StorePace pace, TimeProvider time, ILogger<CompletionPoller> logger) : BackgroundService
{
    private const string LeaseName = "completions";

    /// <summary>Events remembered, so that one is not taken in again with each look that still finds it.</summary>
    private const int MaxRemembered = 100_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>Between two of its renewals, and for the other processes between two attempts to take it.</summary>
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(3);

    /// <summary>How far a look goes back: the index lags a little, and clocks differ.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Now and then a look goes back further, for agents whose clock is behind. What it misses too is found in the session
    /// itself, at the latest when the item's time is over.
    /// </summary>
    private static readonly TimeSpan LongOverlap = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongInterval = TimeSpan.FromMinutes(1);

    private readonly HashSet<(string Session, string Status)> _seen = [];
    private DateTimeOffset _longLookAt;
    private DateTimeOffset _lookedAt;
    private (bool Value, long? At) _holdsLease;
    private (bool Value, long? At) _isAnyWaiting;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (feeds.FirstOrDefault() is not { } feed)
            return;
        using var timer = new PeriodicTimer(Interval, time);
        var failing = false;
        do
        {
            try
            {
                await LookAsync(feed, stoppingToken);
                failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The store is out of reach: the next look goes back as far as this one.
                if (!failing)
                    LogLookFailed(exception);
                failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(ICompletionFeed feed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (IsOlderThan(_holdsLease.At, RenewEvery))
            _holdsLease = (
                await leases.TryTakeAsync(LeaseName, worker.Id, now, Lease, cancellationToken), time.GetTimestamp());
        if (!_holdsLease.Value)
            return;
        if (IsOlderThan(_isAnyWaiting.At, pace.Check))
            _isAnyWaiting = (await IsAnyWaitingAsync(cancellationToken), time.GetTimestamp());
        if (!_isAnyWaiting.Value)
            return;
        var isLong = now - _longLookAt >= LongInterval;
        var from = isLong ? now - LongOverlap : (_lookedAt < now - Overlap ? _lookedAt : now) - Overlap;
        foreach (var status in (string[])[JournalStatus.BackgroundTaskCompleted, JournalStatus.BackgroundTaskFailed])
            await Parallel.ForEachAsync(
                feed.ReadAsync(status, from, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
                RecordAsync);
        _lookedAt = now;
        if (isLong)
            _longLookAt = now;
    }

    private bool IsOlderThan(long? timestamp, TimeSpan age) =>
        timestamp is not { } at || time.GetElapsedTime(at) >= age;

    /// <summary>Whether there is a batch whose agents may be at work in the background.</summary>
    private async Task<bool> IsAnyWaitingAsync(CancellationToken cancellationToken)
    {
        await foreach (var batch in batches.ReadAllAsync(unfinishedOnly: true, cancellationToken))
            if (batch.Spec.Limits.Waiting > 0)
                return true;
        return false;
    }

    private async ValueTask RecordAsync(AgentEvent agentEvent, CancellationToken cancellationToken)
    {
        var key = (agentEvent.SessionId ?? "", agentEvent.Status ?? "");
        lock (_seen)
        {
            if (_seen.Contains(key))
                return;
        }

        if (await recorder.RecordAsync(agentEvent, cancellationToken) is { } problem)
            LogNotOurs(problem);
        lock (_seen)
        {
            if (_seen.Count >= MaxRemembered)
                _seen.Clear();
            _seen.Add(key);
        }
    }

    [LoggerMessage(1711, LogLevel.Warning, "Looking for completions failed; trying again")]
    private partial void LogLookFailed(Exception exception);

    [LoggerMessage(1712, LogLevel.Debug, "An event in the journal's table is not of a batch here: {Problem}")]
    private partial void LogNotOurs(string problem);
}
