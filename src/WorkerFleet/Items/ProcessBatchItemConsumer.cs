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
        try
        {
            var outcome = await processor.ProcessAsync(
                context.Message, context.ReceiveContext.Redelivered, context.CancellationToken);
            if (outcome == DeliveryOutcome.LetGo && !options.Embedded)
                await itemReturn.ReturnAsync(context);
        }
        catch (OperationCanceledException exception) when (context.CancellationToken.IsCancellationRequested)
        {
            // A bus in memory ends with its process: whoever takes its batches over makes the messages again. A broker has to
            // learn that it was not consumed; with the very token it is no fault of the consumer, which would be logged as one.
            if (!options.Embedded)
                throw new OperationCanceledException(exception.Message, exception, context.CancellationToken);
        }
    }
}
