using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Messaging;

namespace WorkerFleet.Scheduling;

/// <summary>
/// Sends what is due. A message is deleted from the schedule when the broker has it, or, where nothing could make it again
/// (see <see cref="ScheduledDelivery"/>), when it has been handled. If the process dies before, it is sent again once the
/// lease is over.
/// </summary>
public sealed partial class ScheduleSweeper(
    ISchedule schedule, FleetBus bus, DrivenBatches driven, TimeProvider time, ILogger<ScheduleSweeper> logger)
    : BackgroundService
{
    private const int PageSize = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Between a sweep that failed and the next.</summary>
    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(1);

    /// <summary>Far longer than it takes to send a page; short, since what a process that died had claimed waits for it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly HashSet<Guid> _takenOver = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var more = driven.WaitForMoreAsync(stoppingToken);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SweepAsync(stoppingToken) == PageSize)
                {
                }

                failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The store or the broker is out of reach: nothing is lost, and what was due is tried again.
                if (!failing)
                    LogSweepFailed(exception);
                failing = true;
                await Task.Delay(BackOff, time, stoppingToken);
            }

            // What a batch begins with is due when the batch is added: it does not wait for the tick.
            await Task.WhenAny(tick, more);
            if (more.IsCompleted)
                more = driven.WaitForMoreAsync(stoppingToken);
            if (tick.IsCompleted)
                tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        }
    }

    /// <returns>How many were due, at most a page.</returns>
    private async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var scope = driven.Scope;
        if (scope is { Count: 0 })
            return 0;
        if (scope is not null)
            await TakeOverAsync(scope, cancellationToken);
        var claimed = await schedule.ClaimDueAsync(time.GetUtcNow(), PageSize, Lease, scope, cancellationToken);
        if (claimed.Count > 0)
            await SendAllAsync(claimed, cancellationToken);
        return claimed.Count;
    }

    /// <summary>Sends a page at once, so that a broker confirms its messages together.</summary>
    private async Task SendAllAsync(IReadOnlyList<ClaimedMessage> claimed, CancellationToken cancellationToken)
    {
        var sends = claimed.Select(message => TrySendAsync(message, cancellationToken)).ToList();
        try
        {
            await Task.WhenAll(sends);
        }
        finally
        {
            // Also of a page of which some could not be sent: not the whole of it is to be repeated, nor to wait for
            // the end of the lease.
            var sent = claimed
                .Where((message, i) => sends[i] is { IsCompletedSuccessfully: true, Result: true }
                    && !ScheduledDelivery.CompletesWhenHandled(message.Message))
                .Select(message => message.Claim).ToList();
            if (sent.Count > 0)
                await schedule.CompleteAsync(sent, cancellationToken);
            var unsent = claimed.Where((_, i) => !sends[i].IsCompletedSuccessfully)
                .Select(message => message.Claim).ToList();
            if (unsent.Count > 0)
                await schedule.ReleaseAsync(unsent, cancellationToken);
        }
    }

    /// <summary>A batch that one process drives has no other that could still be at work on what it claimed.</summary>
    private async Task TakeOverAsync(IReadOnlyCollection<Guid> scope, CancellationToken cancellationToken)
    {
        foreach (var batchId in scope)
            if (!_takenOver.Contains(batchId))
            {
                await schedule.ReleaseClaimsAsync(batchId, cancellationToken);
                _takenOver.Add(batchId);
            }
    }

    /// <returns>False for a message that this version cannot read: it stays, and does not hold up the others.</returns>
    private async Task<bool> TrySendAsync(ClaimedMessage claimed, CancellationToken cancellationToken)
    {
        var message = claimed.Message;
        if (!MessageTypes.TryDeserialize(message.MessageType, message.Body, out var content, out var problem))
        {
            LogUnreadable(message.Key, message.BatchId, problem);
            return false;
        }

        Action<SendHeaders>? headers = ScheduledDelivery.CompletesWhenHandled(message)
            ? set => ScheduledDelivery.Write(set, claimed.Claim)
            : null;
        await bus.SendObjectAsync(message.Queue, content, headers, cancellationToken);
        return true;
    }

    [LoggerMessage(1401, LogLevel.Warning, "Sweeping the schedule failed; trying again until it succeeds")]
    private partial void LogSweepFailed(Exception exception);

    [LoggerMessage(1402, LogLevel.Error, "The scheduled message {Key} of batch {BatchId} cannot be sent: {Problem}")]
    private partial void LogUnreadable(string key, Guid batchId, string problem);
}
