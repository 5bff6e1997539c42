using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>What differs between the transports.</summary>
/// <param name="Addresses">Of the queues.</param>
/// <param name="Configure">Sets an endpoint up for the transport, given the queue's name without prefix.</param>
/// <param name="HandsBrokenMessagesOn">
/// Whether what cannot be handled goes to the dead-letter queue, and what fails back to its own; MassTransit's way is a
/// queue of errors beside each. In memory, where every message is made by the same process, that way will do.
/// </param>
public sealed record TransportEndpoints(
    QueueAddresses Addresses, Action<IReceiveEndpointConfigurator, string>? Configure = null,
    bool HandsBrokenMessagesOn = false)
{
    public static TransportEndpoints InMemory { get; } = new(new QueueAddresses());
}
