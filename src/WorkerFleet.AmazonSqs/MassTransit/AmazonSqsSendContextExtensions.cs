namespace MassTransit;

public static class AmazonSqsSendContextExtensions
{
    /// <exception cref="ArgumentException">The message is not sent to SQS.</exception>
    public static void SetGroupId(this SendContext context, string groupId)
    {
        if (!context.TrySetGroupId(groupId))
            throw NotSqs(nameof(context));
    }

    public static bool TrySetGroupId(this SendContext context, string groupId)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.TryGetPayload(out AmazonSqsSendContext? sendContext))
            return false;
        sendContext.GroupId = groupId;
        return true;
    }

    /// <exception cref="ArgumentException">The message is not sent to SQS.</exception>
    public static void SetDeduplicationId(this SendContext context, string deduplicationId)
    {
        if (!context.TrySetDeduplicationId(deduplicationId))
            throw NotSqs(nameof(context));
    }

    public static bool TrySetDeduplicationId(this SendContext context, string deduplicationId)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.TryGetPayload(out AmazonSqsSendContext? sendContext))
            return false;
        sendContext.DeduplicationId = deduplicationId;
        return true;
    }

    /// <exception cref="ArgumentException">The message is not sent to SQS.</exception>
    public static void SetDelay(this SendContext context, TimeSpan delay)
    {
        if (!context.TrySetDelay(delay))
            throw NotSqs(nameof(context));
    }

    public static bool TrySetDelay(this SendContext context, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.TryGetPayload(out AmazonSqsSendContext? sendContext))
            return false;
        sendContext.DelaySeconds = (int)delay.TotalSeconds;
        return true;
    }

    private static ArgumentException NotSqs(string parameter) =>
        new("The message is not being sent to Amazon SQS.", parameter);
}
