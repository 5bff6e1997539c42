using MassTransit;
using MassTransit.Middleware;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Results;

namespace WorkerFleet.Messaging;

/// <summary>Which consumers there are, and which queue each reads: the same for every transport.</summary>
public static class FleetTopology
{
    /// <summary>Messages of different batches that one process dispatches at the same time.</summary>
    private const int Dispatches = 4;

    public static void AddFleetConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ProcessBatchItemConsumer>();
        bus.AddConsumer<DispatchBatchConsumer>();
        bus.AddConsumer<RedriveItemsConsumer>();
        bus.AddConsumer<ReopenItemsConsumer>();
        bus.AddConsumer<AggregateBatchConsumer>();
        bus.AddConsumer<DeadLetterItemConsumer>();
        BatchSagaRepository.Register(bus.AddSagaStateMachine<BatchStateMachine, BatchState, BatchSagaDefinition>());
    }

    /// <summary>MassTransit indents its JSON by default, which costs a tenth of each message and of the time to read it.</summary>
    public static void UseCompactJson(this IBusFactoryConfigurator bus) =>
        bus.ConfigureJsonSerializerOptions(options => new(options) { WriteIndented = false });

    /// <summary>The items of one priority.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="context">Registrations.</param>
    /// <param name="priority">Which.</param>
    /// <param name="concurrency">Invocations at the same time.</param>
    public static void ReceiveItems(
        this IBusFactoryConfigurator bus, IRegistrationContext context, BatchPriority priority, int concurrency) =>
        bus.ReceiveEndpoint(QueueNames.Items(priority), endpoint =>
        {
            var consumers = ConsumersFor(concurrency);
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PrefetchCount = consumers;
            endpoint.ConcurrentMessageLimit = consumers;
            endpoint.ConfigureConsumer<ProcessBatchItemConsumer>(context);
        });

    public static void ReceiveOrchestration(this IBusFactoryConfigurator bus, IRegistrationContext context)
    {
        bus.ReceiveEndpoint(QueueNames.Dispatch, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConcurrentMessageLimit = Dispatches;
            endpoint.UseMessageRetry(RetryPassing);
            // One at a time of a batch: a repair that looks at a slice while its items are being sent would send them
            // as well, and possibly first.
            var partitioner = new Partitioner(Dispatches, new Murmur3UnsafeHashGenerator());
            endpoint.ConfigureConsumer<DispatchBatchConsumer>(context, consumer => consumer
                .Message<DispatchBatch>(x => x.UsePartitioner(partitioner, message => message.Message.BatchId)));
            endpoint.ConfigureConsumer<RedriveItemsConsumer>(context, consumer => consumer
                .Message<RedriveItems>(x => x.UsePartitioner(partitioner, message => message.Message.BatchId)));
            endpoint.ConfigureConsumer<ReopenItemsConsumer>(context, consumer => consumer
                .Message<ReopenItems>(x => x.UsePartitioner(partitioner, message => message.Message.BatchId)));
        });
        bus.ReceiveEndpoint(QueueNames.Results, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConcurrentMessageLimit = 1;
            endpoint.UseMessageRetry(RetryPassing);
            endpoint.ConfigureConsumer<AggregateBatchConsumer>(context);
        });
        bus.ReceiveEndpoint(QueueNames.DeadLetter, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConcurrentMessageLimit = 64;
            endpoint.UseMessageRetry(RetryPassing);
            endpoint.ConfigureConsumer<DeadLetterItemConsumer>(context);
        });
        bus.ReceiveEndpoint(QueueNames.Batches, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConfigureSaga<BatchState>(context);
        });
    }

    /// <summary>
    /// More consumers than invocations, so that the next items have journaled their start when a permit falls free, and
    /// finished ones can wait for their outcome to be durable: neither costs the agent's time.
    /// </summary>
    private static int ConsumersFor(int concurrency) => concurrency + Math.Max(16, concurrency / 2);

    /// <summary>For faults that pass by themselves; what stays is driven on by the reconciler.</summary>
    private static void RetryPassing(IRetryConfigurator retry) =>
        retry.Exponential(5, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200));
}
