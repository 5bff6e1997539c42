using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.Dispatch;

namespace WorkerFleet.Messaging;

/// <summary>
/// Sends messages for a batch that does not exist, while the source is still being taken in: what has to be compiled to
/// send and to receive anything at all then costs the batch no time of its own (0.1 s on two cores). For an in-memory bus,
/// where they meet nobody else.
/// </summary>
internal sealed partial class BusWarmUp(FleetBus bus, ILogger<BusWarmUp> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await bus.SendObjectAsync(QueueNames.Batches, new RedriveBatch(Guid.Empty), headers: null, stoppingToken);
            await bus.SendAsync(QueueNames.Dispatch, new DispatchBatch(Guid.Empty, default, 0, 0), stoppingToken);
        }
        catch (Exception exception)
        {
            // Nothing depends on it: the bus may be stopping already, because the source cannot be read.
            LogFailed(exception);
        }
    }

    [LoggerMessage(1801, LogLevel.Debug, "The bus could not be warmed up")]
    private partial void LogFailed(Exception exception);
}
