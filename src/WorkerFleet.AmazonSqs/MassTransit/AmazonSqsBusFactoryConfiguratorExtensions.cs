using WorkerFleet.AmazonSqs.Configuration;

namespace MassTransit;

/// <summary>Amazon SQS as the transport of the bus, configured as with MassTransit's own package.</summary>
public static class AmazonSqsBusFactoryConfiguratorExtensions
{
    /// <param name="configurator">The registration of the bus.</param>
    /// <param name="configure">Names the host and the receive endpoints.</param>
    public static void UsingAmazonSqs(
        this IBusRegistrationConfigurator configurator,
        Action<IBusRegistrationContext, IAmazonSqsBusFactoryConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(configure);
        configurator.SetBusFactory(new SqsRegistrationBusFactory(configure));
    }

    /// <param name="configurator">The bus.</param>
    /// <param name="region">Such as eu-central-1.</param>
    /// <param name="configure">
    /// Credentials and the rest; without any, the SDK looks for credentials in its usual places.
    /// </param>
    public static void Host(
        this IAmazonSqsBusFactoryConfigurator configurator, string region, Action<IAmazonSqsHostConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        configurator.Host(new UriBuilder("amazonsqs", region).Uri, configure);
    }

    /// <summary>A receive endpoint on a queue of its own that goes when the bus stops.</summary>
    public static void ReceiveEndpoint(
        this IAmazonSqsBusFactoryConfigurator configurator,
        Action<IAmazonSqsReceiveEndpointConfigurator>? configure = null) =>
        configurator.ReceiveEndpoint(new TemporaryEndpointDefinition(), configure);

    public static void ReceiveEndpoint(
        this IAmazonSqsBusFactoryConfigurator configurator, IEndpointDefinition definition,
        Action<IAmazonSqsReceiveEndpointConfigurator>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        configurator.ReceiveEndpoint(definition, DefaultEndpointNameFormatter.Instance, configure);
    }
}
