using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Messaging;

namespace WorkerFleet.Scheduling;

/// <summary>
/// Sends what is due. A message is deleted from the schedule only when the broker has it; if the process dies in between it
/// is sent again once the lease is over.
/// </summary>
public sealed partial class ScheduleSweeper(
    ISchedule schedule, FleetBus bus, DrivenBatches driven, TimeProvider time, ILogger<ScheduleSweeper> logger)
    : BackgroundService
{
    private const int PageSize = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                while (await SweepAsync(stoppingToken) == PageSize)
                {
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The store or the broker is out of reach: nothing is lost, the next tick tries again.
                LogSweepFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var scope = driven.Scope;
        if (scope is { Count: 0 })
            return 0;
        var claimed = await schedule.ClaimDueAsync(time.GetUtcNow(), PageSize, Lease, scope, cancellationToken);
        foreach (var (message, _) in claimed)
            await bus.SendObjectAsync(
                message.Queue, MessageTypes.Deserialize(message.MessageType, message.Body), cancellationToken);
        if (claimed.Count > 0)
            await schedule.CompleteAsync(claimed, cancellationToken);
        return claimed.Count;
    }

    [LoggerMessage(1401, LogLevel.Warning, "Sweeping the schedule failed; trying again")]
    private partial void LogSweepFailed(Exception exception);
}
