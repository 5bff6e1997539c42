using System.Text.Json;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Results;

namespace WorkerFleet.Messaging;

/// <summary>Which consumers there are, and which queue each reads: the same for every transport but for how items are written.</summary>
public static class FleetTopology
{
    /// <summary>Messages of different batches that one process dispatches at the same time.</summary>
    private const int Dispatches = 4;

    /// <summary>Batches whose results one process writes at the same time.</summary>
    private const int Aggregations = 2;

    /// <summary>Messages to batches in a process's hands; most are for one batch, and wait for each other.</summary>
    private const int SagaPrefetch = 64;

    public static void AddFleetConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<DispatchBatchConsumer>();
        bus.AddConsumer<RedriveItemsConsumer>();
        bus.AddConsumer<ReopenItemsConsumer>();
        bus.AddConsumer<AggregateBatchConsumer>();
        bus.AddConsumer<DeadLetterItemConsumer>();
        bus.AddConsumer<BrokenMessageConsumer>();
        bus.AddConsumer<ReturnedItemConsumer>();
        bus.AddConsumer<AgentEventConsumer>();
        BatchSagaRepository.Register(bus.AddSagaStateMachine<BatchStateMachine, BatchState, BatchSagaDefinition>());
    }

    /// <summary>MassTransit indents its JSON by default, which costs a tenth of each message and of the time to read it.</summary>
    public static void UseCompactJson(this IBusFactoryConfigurator bus) =>
        bus.ConfigureJsonSerializerOptions(Compact);

    internal static JsonSerializerOptions Compact(JsonSerializerOptions options) => new(options) { WriteIndented = false };

    /// <summary>
    /// Items travel as JSON without MassTransit's envelope, which says what process sent them, with which versions, from
    /// where to where. In memory that is always this process, and to write and read it is a fifth of what a row costs.
    /// </summary>
    public static void SendItemsBare(this IInMemoryBusFactoryConfigurator bus)
    {
        bus.AddRawJsonSerializer(RawSerializerOptions.AnyMessageType);
        bus.Send<ProcessBatchItem>(message => message.UseSerializer(SystemTextJsonRawMessageSerializer.JsonContentType));
    }

    /// <summary>The items of one priority.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="context">Registrations.</param>
    /// <param name="transport">What the endpoint needs beside.</param>
    /// <param name="priority">Which.</param>
    /// <param name="consumers">Items in this process's hands at the same time.</param>
    public static void ReceiveItems(
        this IBusFactoryConfigurator bus, IRegistrationContext context, TransportEndpoints transport,
        BatchPriority priority, int consumers) =>
        bus.Receive(context, transport, QueueNames.Items(priority), endpoint =>
        {
            endpoint.PrefetchCount = consumers;
            endpoint.ConcurrentMessageLimit = consumers;
            endpoint.UseMessageRetry(RetryPassing);
            endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<ItemReturn>());
            // One for all items, made with the first, when the bus is there that it sends with: it has no state of its own,
            // and a scope of the container and a consumer for each row are no small part of what a row costs.
            var consumer = new Lazy<ProcessBatchItemConsumer>(
                () => ActivatorUtilities.CreateInstance<ProcessBatchItemConsumer>(context));
            endpoint.Consumer(() => consumer.Value);
        });

    public static void ReceiveOrchestration(
        this IBusFactoryConfigurator bus, IRegistrationContext context, TransportEndpoints transport)
    {
        bus.Receive(context, transport, QueueNames.Dispatch, endpoint =>
        {
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
        bus.Receive(context, transport, QueueNames.Results, endpoint =>
        {
            endpoint.PrefetchCount = Aggregations;
            endpoint.ConcurrentMessageLimit = Aggregations;
            endpoint.UseMessageRetry(RetryPassing);
            endpoint.ConfigureConsumer<AggregateBatchConsumer>(context);
        });
        bus.Receive(context, transport, QueueNames.DeadLetter, endpoint =>
        {
            endpoint.ConcurrentMessageLimit = 64;
            endpoint.UseMessageRetry(RetryPassing);
            endpoint.ConfigureConsumer<DeadLetterItemConsumer>(context);
            endpoint.ConfigureConsumer<BrokenMessageConsumer>(context);
            endpoint.ConfigureConsumer<ReturnedItemConsumer>(context);
        });
        bus.Receive(context, transport, QueueNames.AgentEvents, endpoint =>
        {
            endpoint.ConcurrentMessageLimit = 64;
            endpoint.UseMessageRetry(RetryPassing);
            // Agents know nothing of envelopes.
            endpoint.ClearSerialization();
            endpoint.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
            endpoint.ConfigureConsumer<AgentEventConsumer>(context);
        });
        bus.Receive(context, transport, QueueNames.Batches, endpoint =>
        {
            endpoint.PrefetchCount = SagaPrefetch;
            endpoint.ConfigureSaga<BatchState>(context);
        });
    }

    private static void Receive(
        this IBusFactoryConfigurator bus, IRegistrationContext context, TransportEndpoints transport, string queue,
        Action<IReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(transport.Addresses.NameOf(queue), endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            transport.Configure?.Invoke(endpoint, queue);
            endpoint.UseFilter(new QueueAddressesFilter(transport.Addresses));
            if (transport.HandsBrokenMessagesOn)
            {
                var broken = new BrokenMessageSender(transport.Addresses, context.GetRequiredService<TimeProvider>());
                endpoint.ConfigureError(error => error.UseFilter(broken));
                endpoint.ConfigureDeadLetter(skipped => skipped.UseFilter(broken));
            }

            configure(endpoint);
        });

    /// <summary>
    /// More consumers than invocations, so that the next items have journaled their start when a permit falls free, and
    /// finished ones can wait for their outcome to be durable: neither costs the agent's time.
    /// </summary>
    public static int ConsumersFor(int concurrency) => concurrency + Math.Max(16, concurrency / 2);

    /// <summary>For faults that pass by themselves; what stays is driven on by the reconciler.</summary>
    private static void RetryPassing(IRetryConfigurator retry)
    {
        retry.Exponential(5, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200));
        retry.Ignore<OperationCanceledException>();
    }
}
