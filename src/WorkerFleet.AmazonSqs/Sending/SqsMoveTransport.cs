using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Configuration;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>
/// Sends a received message on to another queue as it is. It is deleted from its own queue after, so that it may be in
/// both, but never in none.
/// </summary>
internal sealed class SqsMoveTransport(SqsHostConfiguration host, string destination)
{
    private readonly MessageAttributes _attributes = new(_ => true);

    public Task MoveAsync(
        ReceiveContext context,
        Action<ITransportSetHeaderAdapter<MessageAttributeValue>, IDictionary<string, MessageAttributeValue>> add)
    {
        if (!context.TryGetPayload(out AmazonSqsMessageContext? received))
            throw new ArgumentException("The message was not received from Amazon SQS.", nameof(context));
        var message = received.TransportMessage;
        var attributes = _attributes.OfMoved(message, add);
        var entry = new SendMessageBatchRequestEntry
        {
            MessageBody = message.Body,
            MessageAttributes = attributes,
            MessageGroupId = message.Attributes?.GetValueOrDefault("MessageGroupId"),
        };
        MessageAttributes.TrimToSize(entry, attributes);
        var connection = host.Connection;
        return connection.SendAsync(
            token => connection.DeclareAsync(host.Queues.Find(destination) ?? new QueueSettings(destination), token),
            destination, entry, context.CancellationToken);
    }
}
