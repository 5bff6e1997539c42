using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Sending;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

/// <summary>What all endpoints of a bus share: the address, the connection, and the topology.</summary>
internal sealed class SqsHostConfiguration
    : BaseHostConfiguration<SqsReceiveEndpointConfiguration, IAmazonSqsReceiveEndpointConfigurator>
{
    private readonly Lock _lock = new();
    private readonly SqsBusConfiguration _bus;
    private readonly SqsBusTopology _topology;
    private SqsConnection? _connection;

    public SqsHostConfiguration(SqsBusConfiguration bus)
        : base(bus)
    {
        _bus = bus;
        _topology = new SqsBusTopology(this, bus.SqsTopology);
        // MassTransit asks for one, to retry what connects. Here the client retries each request, and the receiver its
        // polls.
        ReceiveTransportRetryPolicy = Retry.CreatePolicy(retry => retry.None());
    }

    public SqsHostSettings? Settings { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public QueueBindings Bindings => _bus.SqsTopology.Bindings;

    public QueueCatalog Queues => _bus.SqsTopology.Queues;

    /// <summary>A new one after a stop: a bus can be started again.</summary>
    public SqsConnection Connection
    {
        get
        {
            lock (_lock)
            {
                if (_connection is null || _connection.IsClosed)
                {
                    var client = (Settings ?? throw NoHost()).CreateClient(Time);
                    _connection = new SqsConnection(client, new QueueDeclarer(client, Queues), Time);
                }

                return _connection;
            }
        }
    }

    /// <summary>Null while nothing needed one.</summary>
    public SqsConnection? OpenConnection
    {
        get
        {
            lock (_lock)
                return _connection;
        }
    }

    public override Uri HostAddress => (Settings ?? throw NoHost()).Address;

    public override IBusTopology Topology => _topology;

    public override IRetryPolicy ReceiveTransportRetryPolicy { get; }

    public override IEnumerable<ValidationResult> Validate() =>
        Settings is null ? [this.Failure("Host", NoHost().Message)] : base.Validate();

    /// <param name="queueName">The endpoint's queue.</param>
    /// <param name="isTemporary">Whether the queue goes with the endpoint.</param>
    /// <param name="endpoint">What the endpoint inherits from.</param>
    /// <param name="configure">The endpoint.</param>
    public SqsReceiveEndpointConfiguration Create(
        string queueName, bool isTemporary, SqsEndpointConfiguration endpoint,
        Action<IAmazonSqsReceiveEndpointConfigurator>? configure)
    {
        var settings = Queues.GetOrAdd(queueName);
        (settings.Durable, settings.AutoDelete) = (!isTemporary, isTemporary);
        var configuration = new SqsReceiveEndpointConfiguration(this, settings, endpoint);
        configure?.Invoke(configuration);
        Observers.EndpointConfigured(configuration);
        Add(configuration);
        return configuration;
    }

    public SqsReceiveEndpointConfiguration Create(
        string queueName, bool isTemporary, Action<IAmazonSqsReceiveEndpointConfigurator>? configure) =>
        Create(queueName, isTemporary, _bus.CreateChild(), configure);

    public void Apply(IAmazonSqsReceiveEndpointConfigurator configurator, IEndpointDefinition definition) =>
        ApplyEndpointDefinition(configurator, definition);

    public override void ReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter,
        Action<IAmazonSqsReceiveEndpointConfigurator>? configureEndpoint = null) =>
        Create(
            definition.GetEndpointName(endpointNameFormatter ?? DefaultEndpointNameFormatter.Instance),
            definition.IsTemporary,
            configurator =>
            {
                Apply(configurator, definition);
                configureEndpoint?.Invoke(configurator);
            });

    public override void ReceiveEndpoint(
        string queueName, Action<IAmazonSqsReceiveEndpointConfigurator> configureEndpoint) =>
        Create(queueName, isTemporary: false, configureEndpoint);

    public override IReceiveEndpointConfiguration CreateReceiveEndpointConfiguration(
        string queueName, Action<IReceiveEndpointConfigurator>? configure) =>
        Create(queueName, isTemporary: false, configure);

    public override IHost Build()
    {
        var host = new SqsHost(this);
        foreach (var endpoint in GetConfiguredEndpoints())
            endpoint.Build(host);
        return host;
    }

    private static ConfigurationException NoHost() =>
        new("Amazon SQS: no host is configured; call Host with a region, such as Host(\"eu-central-1\", …).");
}
