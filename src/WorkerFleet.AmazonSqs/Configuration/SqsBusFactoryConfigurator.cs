using MassTransit;
using MassTransit.Configuration;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

internal sealed class SqsBusFactoryConfigurator(SqsBusConfiguration bus)
    : BusFactoryConfigurator(bus), IAmazonSqsBusFactoryConfigurator, IBusFactory
{
    private string? _busQueueName;

    public bool Declare
    {
        set => bus.SqsTopology.Queues.Declare = value;
    }

    public IDictionary<string, object> QueueAttributes => bus.SqsTopology.Queues.Attributes;

    public IDictionary<string, string> QueueTags => bus.SqsTopology.Queues.Tags;

    public void Host(Uri hostAddress, Action<IAmazonSqsHostConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(hostAddress);
        ArgumentNullException.ThrowIfNull(configure);
        var settings = new SqsHostSettings(hostAddress);
        configure(settings);
        bus.Host.Settings = settings;
    }

    public void Publish<T>(Action<IAmazonSqsMessagePublishTopologyConfigurator<T>>? configureTopology = null)
        where T : class =>
        configureTopology?.Invoke(bus.SqsTopology.SqsPublish.GetSqsMessageTopology<T>());

    public void Queue(string queueName, Action<IAmazonSqsQueueConfigurator>? configure = null)
    {
        SqsQueueNames.ThrowIfInvalid(queueName);
        var settings = bus.SqsTopology.Queues.GetOrAdd(queueName);
        configure?.Invoke(new SqsQueueConfigurator(settings));
    }

    public void OverrideDefaultBusEndpointQueueName(string value)
    {
        SqsQueueNames.ThrowIfInvalid(value);
        _busQueueName = value;
    }

    public IReceiveEndpointConfiguration CreateBusEndpointConfiguration(Action<IReceiveEndpointConfigurator> configure)
    {
        var name = _busQueueName ?? bus.SqsTopology.Consume.CreateTemporaryQueueName("bus");
        return bus.Host.Create(name, isTemporary: true, bus.BusEndpoint, configure);
    }

    public void ReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter,
        Action<IAmazonSqsReceiveEndpointConfigurator>? configureEndpoint = null) =>
        bus.Host.ReceiveEndpoint(definition, endpointNameFormatter, configureEndpoint);

    public void ReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter,
        Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        bus.Host.ReceiveEndpoint(definition, endpointNameFormatter, configureEndpoint);

    public void ReceiveEndpoint(string queueName, Action<IAmazonSqsReceiveEndpointConfigurator> configureEndpoint) =>
        bus.Host.ReceiveEndpoint(queueName, configureEndpoint);

    public void ReceiveEndpoint(string queueName, Action<IReceiveEndpointConfigurator> configureEndpoint) =>
        bus.Host.ReceiveEndpoint(queueName, configureEndpoint);
}
