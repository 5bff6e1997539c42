using MassTransit;

namespace WorkerFleet.Items;

/// <summary>Takes items from their queue. Acknowledged when the processor is done: everything it caused is durable.</summary>
public sealed class ProcessBatchItemConsumer(ItemProcessor processor) : IConsumer<ProcessBatchItem>
{
    public Task Consume(ConsumeContext<ProcessBatchItem> context) =>
        processor.ProcessAsync(context.Message, context.ReceiveContext.Redelivered, context.CancellationToken);
}
