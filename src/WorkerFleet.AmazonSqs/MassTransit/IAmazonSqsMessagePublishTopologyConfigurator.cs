namespace MassTransit;

/// <summary>Where messages of a type go when published.</summary>
public interface IAmazonSqsMessagePublishTopologyConfigurator<TMessage> : IMessagePublishTopologyConfigurator<TMessage>
    where TMessage : class
{
    /// <summary>
    /// Copies of published messages of the type, and of types derived from it, go to the queue. Every process has to
    /// know the same bindings, because SQS knows none: as soon as there is one, a receive endpoint that consumes a type
    /// without being bound to it keeps the bus from starting. Without any, the receive endpoints of the process bind
    /// their own.
    /// </summary>
    /// <remarks>Not in MassTransit's own package, which publishes by SNS.</remarks>
    void BindQueue(string queueName);
}
