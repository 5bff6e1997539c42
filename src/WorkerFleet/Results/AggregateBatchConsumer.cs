using MassTransit;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.Results;

/// <summary>
/// Aggregates, and tells the saga the final state. In one process of the fleet at a time: two would write the same files.
/// </summary>
public sealed class AggregateBatchConsumer(
    Aggregator aggregator, LeaseHolder leases, DrivenBatches driven, TimeProvider time) : IConsumer<AggregateBatch>
{
    /// <summary>How soon a lease that another process holds, which may be dead, is asked for again.</summary>
    private static readonly TimeSpan LeaseInterval = TimeSpan.FromSeconds(1);

    public async Task Consume(ConsumeContext<AggregateBatch> context)
    {
        var (command, cancellationToken) = (context.Message, context.CancellationToken);
        while (await aggregator.FindWaitingAsync(command, cancellationToken) is not null)
        {
            if (!driven.All)
            {
                await AggregateAsync(context);
                return;
            }

            if (await leases.TryTakeAsync($"aggregate/{command.BatchId:N}", cancellationToken) is { } lease)
            {
                await using (lease)
                    await AggregateAsync(context);
                return;
            }

            await Task.Delay(LeaseInterval, time, cancellationToken);
        }
    }

    /// <summary>Looks again, now that nobody else is at it: they may have been done just before.</summary>
    private async Task AggregateAsync(ConsumeContext<AggregateBatch> context)
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
