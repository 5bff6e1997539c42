using MassTransit;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>Takes items from their queue. Acknowledged when the processor is done: everything it caused is durable.</summary>
public sealed class ProcessBatchItemConsumer(
    ItemProcessor processor, WorkerOptions options, ItemReturn itemReturn, TimeProvider time) : IConsumer<ProcessBatchItem>
{
    public async Task Consume(ConsumeContext<ProcessBatchItem> context)
    {
        if (context.SentTime is { } sentAt)
            ItemMetrics.RecordQueueWait(time.GetUtcNow() - new DateTimeOffset(sentAt.ToUniversalTime()));
        var outcome = await processor.ProcessAsync(
            context.Message, context.ReceiveContext.Redelivered, context.CancellationToken);
        // A bus in memory ends with its process: whoever takes its batches over makes the messages again.
        if (outcome == DeliveryOutcome.LetGo && !options.Embedded)
            await itemReturn.ReturnAsync(context);
    }
}
