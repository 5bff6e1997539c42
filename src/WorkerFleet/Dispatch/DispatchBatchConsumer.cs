using MassTransit;
using WorkerFleet.Messaging;

namespace WorkerFleet.Dispatch;

/// <summary>Dispatches, and tells the saga how far. A repeated command finds the slices recorded and repeats the report.</summary>
public sealed class DispatchBatchConsumer(Dispatcher dispatcher) : IConsumer<DispatchBatch>
{
    public async Task Consume(ConsumeContext<DispatchBatch> context)
    {
        try
        {
            if (await dispatcher.DispatchAsync(context.Message, context.CancellationToken) is { } dispatched)
                await context.SendAsync(QueueNames.Batches, dispatched);
        }
        catch (DispatchFailedException exception)
        {
            await context.SendAsync(QueueNames.Batches, new DispatchFailed(context.Message.BatchId, exception.Message));
        }
    }
}
