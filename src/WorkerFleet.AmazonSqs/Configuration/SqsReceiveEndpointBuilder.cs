using MassTransit;
using MassTransit.Configuration;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

/// <summary>Sees to it that what the endpoint consumes is published to its queue.</summary>
internal sealed class SqsReceiveEndpointBuilder(
    SqsReceiveEndpointConfiguration configuration, QueueBindings bindings, QueueSettings queue)
    : ReceiveEndpointBuilder(configuration)
{
    public override ConnectHandle ConnectConsumePipe<T>(IPipe<ConsumeContext<T>> pipe, ConnectPipeOptions options)
    {
        if (configuration.ConfigureConsumeTopology
            && options.HasFlag(ConnectPipeOptions.ConfigureConsumeTopology)
            && configuration.Topology.Consume.GetMessageTopology<T>().ConfigureConsumeTopology)
            Bind(typeof(T));
        return base.ConnectConsumePipe(pipe, options);
    }

    private void Bind(Type messageType)
    {
        // Only this process can publish to a temporary queue, because no other knows of it.
        if (bindings.AreConfigured && !queue.AutoDelete && !bindings.Contains(messageType, queue.Name))
            throw new ConfigurationException(
                $"Amazon SQS: queue '{queue.Name}' consumes {messageType.FullName}, but is not bound to it, so that "
                + $"it would get nothing that other processes publish; call Publish<{messageType.Name}>("
                + $"x => x.BindQueue(\"{queue.Name}\")), or set ConfigureConsumeTopology to false if the type is only sent.");
        bindings.Add(messageType, queue.Name);
    }
}
