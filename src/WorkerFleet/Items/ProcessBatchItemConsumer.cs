using MassTransit;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>Takes items from their queue. Acknowledged when the processor is done: everything it caused is durable.</summary>
public sealed class ProcessBatchItemConsumer(ItemProcessor processor, WorkerOptions options) : IConsumer<ProcessBatchItem>
{
    /// <exception cref="OperationCanceledException">
    /// The message has to go back to the broker, because this process stops. A process of its own has no broker to outlive
    /// it: whoever takes its batches over makes the messages again.
    /// </exception>
    public async Task Consume(ConsumeContext<ProcessBatchItem> context)
    {
        var outcome = await processor.ProcessAsync(
            context.Message, context.ReceiveContext.Redelivered, context.CancellationToken);
        if (outcome == DeliveryOutcome.LetGo && !options.Embedded)
            throw new OperationCanceledException("The worker stops; the item goes back to its queue.");
    }
}
