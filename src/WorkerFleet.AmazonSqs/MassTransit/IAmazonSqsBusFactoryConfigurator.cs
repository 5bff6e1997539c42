namespace MassTransit;

/// <summary>
/// Configures a bus on Amazon SQS. Attributes and tags given here are those of every queue that the bus creates, unless
/// the queue has its own.
/// </summary>
public interface IAmazonSqsBusFactoryConfigurator :
    IBusFactoryConfigurator<IAmazonSqsReceiveEndpointConfigurator>
{
    /// <summary>
    /// Whether missing queues are created; true unless said otherwise. With false, a receive endpoint whose queue is
    /// missing keeps the bus from starting, and sending to a missing queue fails.
    /// </summary>
    /// <remarks>Not in MassTransit's own package.</remarks>
    bool Declare { set; }

    /// <summary>
    /// Of every queue that the bus creates, such as SqsManagedSseEnabled, KmsMasterKeyId or MessageRetentionPeriod.
    /// </summary>
    IDictionary<string, object> QueueAttributes { get; }

    /// <summary>Of every queue that the bus creates.</summary>
    IDictionary<string, string> QueueTags { get; }

    /// <param name="hostAddress">
    /// amazonsqs://region or amazonsqs://region/scope; may carry an access key and a secret key.
    /// </param>
    /// <param name="configure">Credentials and the rest.</param>
    /// <exception cref="ConfigurationException">The address is not one of Amazon SQS.</exception>
    void Host(Uri hostAddress, Action<IAmazonSqsHostConfigurator> configure);

    /// <summary>How a message type is published: to the queues that are bound to it, and only to those.</summary>
    void Publish<T>(Action<IAmazonSqsMessagePublishTopologyConfigurator<T>>? configureTopology = null)
        where T : class;

    /// <summary>
    /// How a queue is created that this bus may send to but does not receive from, so that it does not matter which
    /// process is first. Delays above 15 minutes are possible only to queues named here or received from, because their
    /// receiver has to know <c>MT-Delay-Until</c>.
    /// </summary>
    /// <remarks>Not in MassTransit's own package.</remarks>
    void Queue(string queueName, Action<IAmazonSqsQueueConfigurator>? configure = null);

    /// <summary>
    /// Names the queue to which responses come. It is created when the first request is sent, and goes with the bus.
    /// </summary>
    void OverrideDefaultBusEndpointQueueName(string value);
}
