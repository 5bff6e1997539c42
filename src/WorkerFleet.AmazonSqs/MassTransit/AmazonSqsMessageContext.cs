using System.Diagnostics.CodeAnalysis;
using WorkerFleet.AmazonSqs.Client;

namespace MassTransit;

/// <summary>The message as SQS delivered it; a payload of the receive context.</summary>
[SuppressMessage("Naming", "CA1715", Justification = "Called so in MassTransit's own package.")]
public interface AmazonSqsMessageContext
{
    SqsMessage TransportMessage { get; }

    IReadOnlyDictionary<string, MessageAttributeValue> Attributes { get; }
}
