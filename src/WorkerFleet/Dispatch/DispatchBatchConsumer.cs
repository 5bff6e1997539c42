using MassTransit;
using WorkerFleet.Messaging;

namespace WorkerFleet.Dispatch;

/// <summary>Dispatches, and tells the saga how far. A repeated command finds the slices recorded and repeats the report.</summary>
public sealed class DispatchBatchConsumer(Dispatcher dispatcher) : IConsumer<DispatchBatch>
{
    public async Task Consume(ConsumeContext<DispatchBatch> context)
    {
        if (await dispatcher.DispatchAsync(context.Message, context.CancellationToken) is { } dispatched)
            await context.SendAsync(QueueNames.Batches, dispatched);
    }
}
