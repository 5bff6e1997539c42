using MassTransit;
using MassTransit.Context;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Sending;

namespace WorkerFleet.AmazonSqs.Receiving;

internal sealed class SqsReceiveContext : BaseReceiveContext, AmazonSqsMessageContext, TransportReceiveContext
{
    private static readonly IReadOnlyDictionary<string, MessageAttributeValue> None =
        new Dictionary<string, MessageAttributeValue>();

    public SqsReceiveContext(SqsMessage message, ReceiveEndpointContext context)
        : base(IsRedelivery(message), context)
    {
        TransportMessage = message;
        var body = new SqsMessageBody(message.Body);
        Body = body;
        HeaderProvider = new SqsHeaderProvider(message, body);
    }

    public SqsMessage TransportMessage { get; }

    public IReadOnlyDictionary<string, MessageAttributeValue> Attributes => TransportMessage.MessageAttributes ?? None;

    public override MessageBody Body { get; }

    protected override IHeaderProvider HeaderProvider { get; }

    public IDictionary<string, object>? GetTransportProperties()
    {
        Dictionary<string, object>? properties = null;
        Add("MessageGroupId", SqsPropertyNames.GroupId);
        Add("MessageDeduplicationId", SqsPropertyNames.DeduplicationId);
        return properties;

        void Add(string attribute, string property)
        {
            if (TransportMessage.Attributes?.GetValueOrDefault(attribute) is { Length: > 0 } value)
                (properties ??= [])[property] = value;
        }
    }

    private static bool IsRedelivery(SqsMessage message) =>
        message.Attributes?.GetValueOrDefault("ApproximateReceiveCount") is { } count && count != "1";
}
