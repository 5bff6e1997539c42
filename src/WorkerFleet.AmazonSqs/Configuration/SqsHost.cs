using MassTransit;
using MassTransit.Transports;

namespace WorkerFleet.AmazonSqs.Configuration;

/// <summary>Starts and stops the receive endpoints, and last of all the connection.</summary>
internal sealed class SqsHost(SqsHostConfiguration configuration)
    : BaseHost(configuration, configuration.Topology), IHost<IAmazonSqsReceiveEndpointConfigurator>
{
    public override HostReceiveEndpointHandle ConnectReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter,
        Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(
            definition, endpointNameFormatter, (Action<IAmazonSqsReceiveEndpointConfigurator>?)configureEndpoint);

    public override HostReceiveEndpointHandle ConnectReceiveEndpoint(
        string queueName, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        Connect(queueName, isTemporary: false, configureEndpoint);

    public HostReceiveEndpointHandle ConnectReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null,
        Action<IAmazonSqsReceiveEndpointConfigurator>? configureEndpoint = null) =>
        Connect(
            definition.GetEndpointName(endpointNameFormatter ?? DefaultEndpointNameFormatter.Instance),
            definition.IsTemporary,
            configurator =>
            {
                configuration.Apply(configurator, definition);
                configureEndpoint?.Invoke(configurator);
            });

    public HostReceiveEndpointHandle ConnectReceiveEndpoint(
        string queueName, Action<IAmazonSqsReceiveEndpointConfigurator>? configureEndpoint = null) =>
        Connect(queueName, isTemporary: false, configureEndpoint);

    protected override void Probe(ProbeContext context)
    {
        context.Add("type", "AmazonSQS");
        context.Add("address", configuration.HostAddress);
    }

    protected override IAgent[] GetAgentHandles() => configuration.OpenConnection is { } connection ? [connection] : [];

    private HostReceiveEndpointHandle Connect(
        string queueName, bool isTemporary, Action<IAmazonSqsReceiveEndpointConfigurator>? configure)
    {
        LogContext.SetCurrentIfNull(configuration.LogContext);
        var endpoint = configuration.Create(queueName, isTemporary, configure);
        endpoint.Validate().ThrowIfContainsFailure("The receive endpoint configuration is invalid:");
        TransportLogMessages.ConnectReceiveEndpoint(endpoint.InputAddress);
        endpoint.Build(this);
        return ReceiveEndpoints.Start(queueName);
    }
}
