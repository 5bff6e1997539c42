using MassTransit;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Batches;

/// <summary>How the saga's queue is consumed.</summary>
public sealed class BatchSagaDefinition : SagaDefinition<BatchState>
{
    /// <summary>Messages of different batches that one process handles at the same time.</summary>
    private const int Partitions = 8;

    public BatchSagaDefinition() => Endpoint(endpoint => endpoint.Name = QueueNames.Batches);

    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<BatchState> sagaConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.ConcurrentMessageLimit = Partitions;
        endpointConfigurator.UseFilter(new CompleteScheduledFilter(context.GetRequiredService<ISchedule>()));
        // Another process may have changed the instance: load it again. The delays spread several that try at once.
        endpointConfigurator.UseMessageRetry(retry =>
            retry.Exponential(10, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(10)));
        // What a handler sends goes out when its state is stored, so that nobody answers to a state that is not there.
        endpointConfigurator.UseInMemoryOutbox(context);
        PartitionByBatch(sagaConfigurator);
    }

    /// <summary>One message of a batch at a time, so that messages in one process do not conflict with each other.</summary>
    private static void PartitionByBatch(ISagaConfigurator<BatchState> saga)
    {
        var partitioner = new Partitioner(Partitions, new Murmur3UnsafeHashGenerator());
        By<SubmitBatch>(message => message.BatchId);
        By<SlicesDispatched>(message => message.BatchId);
        By<DispatchFailed>(message => message.BatchId);
        By<SliceDraining>(message => message.BatchId);
        By<SliceSettled>(message => message.BatchId);
        By<ItemsExhausted>(message => message.BatchId);
        By<PauseBatch>(message => message.BatchId);
        By<ResumeBatch>(message => message.BatchId);
        By<CancelBatch>(message => message.BatchId);
        By<SetLimits>(message => message.BatchId);
        By<RedriveBatch>(message => message.BatchId);
        By<BatchDeadlineReached>(message => message.BatchId);
        By<ReplayItems>(message => message.BatchId);
        By<SlicesReopened>(message => message.BatchId);
        By<ItemsReopened>(message => message.BatchId);
        By<BatchAggregated>(message => message.BatchId);
        By<BatchIncomplete>(message => message.BatchId);

        void By<T>(Func<T, Guid> batchId)
            where T : class =>
            saga.Message<T>(message => message.UsePartitioner(partitioner, context => batchId(context.Message)));
    }
}
