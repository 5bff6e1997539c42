using MassTransit;
using WorkerFleet.Messaging;

namespace WorkerFleet.Results;

/// <summary>Aggregates, and tells the saga the final state.</summary>
public sealed class AggregateBatchConsumer(Aggregator aggregator) : IConsumer<AggregateBatch>
{
    public async Task Consume(ConsumeContext<AggregateBatch> context)
    {
        var command = context.Message;
        if (await aggregator.FindWaitingAsync(command, context.CancellationToken) is not { } batch)
            return;
        if (await aggregator.AggregateAsync(batch, context.CancellationToken) is { } aggregated)
            await context.SendAsync(QueueNames.Batches, aggregated);
        else
            await context.SendAsync(QueueNames.Batches, new BatchIncomplete(command.BatchId, command.Round));
    }
}
