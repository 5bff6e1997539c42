using MassTransit;
using MassTransit.Context;

namespace WorkerFleet.AmazonSqs.Sending;

internal sealed class SqsMessageSendContext<T>(T message, CancellationToken cancellationToken)
    : MessageSendContext<T>(message, cancellationToken), AmazonSqsSendContext<T>
    where T : class
{
    public string? GroupId { get; set; }

    public string? DeduplicationId { get; set; }

    public int? DelaySeconds
    {
        set => Delay = value is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    public override void ReadPropertiesFrom(IReadOnlyDictionary<string, object> properties)
    {
        base.ReadPropertiesFrom(properties);
        GroupId = ReadString(properties, SqsPropertyNames.GroupId);
        DeduplicationId = ReadString(properties, SqsPropertyNames.DeduplicationId);
    }

    public override void WritePropertiesTo(IDictionary<string, object> properties)
    {
        base.WritePropertiesTo(properties);
        if (!string.IsNullOrEmpty(GroupId))
            properties[SqsPropertyNames.GroupId] = GroupId;
        if (!string.IsNullOrEmpty(DeduplicationId))
            properties[SqsPropertyNames.DeduplicationId] = DeduplicationId;
    }
}
