using MassTransit;
using WorkerFleet.Messaging;

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
        // Another process may have changed the instance: load it again. The delays spread several that try at once.
        endpointConfigurator.UseMessageRetry(retry =>
            retry.Exponential(10, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(10)));
        // What a handler sends goes out when its state is stored, so that nobody answers to a state that is not there.
        endpointConfigurator.UseInMemoryOutbox(context);
    }
}
