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

    /// <summary>Far longer than it takes to send a page; short, since what failed on its way waits for it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly HashSet<Guid> _takenOver = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var more = driven.WaitForMoreAsync(stoppingToken);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SweepAsync(stoppingToken) == PageSize)
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The store or the broker is out of reach: nothing is lost, the next tick tries again.
                LogSweepFailed(exception);
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
        var sent = new List<ScheduleClaim>(claimed.Count);
        try
        {
            foreach (var message in claimed)
                if (await TrySendAsync(message, cancellationToken)
                    && !ScheduledDelivery.CompletesWhenHandled(message.Message))
                    sent.Add(message.Claim);
        }
        finally
        {
            // Also of a page whose rest could not be sent, so that not the whole of it is repeated.
            if (sent.Count > 0)
                await schedule.CompleteAsync(sent, cancellationToken);
        }

        return claimed.Count;
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

    [LoggerMessage(1401, LogLevel.Warning, "Sweeping the schedule failed; trying again")]
    private partial void LogSweepFailed(Exception exception);

    [LoggerMessage(1402, LogLevel.Error, "The scheduled message {Key} of batch {BatchId} cannot be sent: {Problem}")]
    private partial void LogUnreadable(string key, Guid batchId, string problem);
}
