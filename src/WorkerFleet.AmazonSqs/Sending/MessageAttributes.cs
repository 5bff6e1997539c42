using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>Headers as attributes of SQS messages, of which there can be ten.</summary>
internal sealed partial class MessageAttributes : IHeaderValueConverter<MessageAttributeValue>
{
    /// <summary>Messages of faults can be of any length, and are needed only to be read.</summary>
    public const int MaxFaultMessageLength = 4_096;

    /// <summary>Kept first, in this order; all others after, by name.</summary>
    private static readonly string[] Kept =
    [
        MessageHeaders.ContentType, DelayPlan.Header, MessageHeaders.Reason, MessageHeaders.FaultInputAddress,
        MessageHeaders.FaultMessage, MessageHeaders.CorrelationId, "MT-Activity-Id", "MT-Activity-Correlation-Context",
        MessageHeaders.RedeliveryCount,
    ];

    private readonly AllowTransportHeader _isAllowed;
    private readonly TransportSetHeaderAdapter<MessageAttributeValue> _adapter;

    public MessageAttributes(AllowTransportHeader isAllowed)
    {
        _isAllowed = isAllowed;
        _adapter = new TransportSetHeaderAdapter<MessageAttributeValue>(
            this, TransportHeaderOptions.IncludeFaultMessage);
    }

    /// <param name="context">The message.</param>
    /// <param name="due">Value of <see cref="DelayPlan.Header"/>; null for none.</param>
    /// <exception cref="MessageException">
    /// The headers are too many, or SQS does not take one, and the body lacks them.
    /// </exception>
    public Dictionary<string, MessageAttributeValue> Of<T>(SendContext<T> context, string? due)
        where T : class
    {
        var attributes = new Dictionary<string, MessageAttributeValue>(StringComparer.Ordinal);
        _adapter.Set(attributes, context.Headers);
        _adapter.Set(attributes, MessageHeaders.ContentType, context.ContentType?.ToString());
        _adapter.Set(attributes, MessageHeaders.CorrelationId, context.CorrelationId);
        if (due is not null)
            attributes[DelayPlan.Header] = new MessageAttributeValue { StringValue = due };
        var refused = attributes.Where(attribute => !IsTaken(attribute)).Select(attribute => attribute.Key).ToList();
        refused.ForEach(name => attributes.Remove(name));
        refused.AddRange(TrimTo(attributes, SqsLimits.MaxAttributes));
        if (refused.Count > 0 && !HasEnvelope(context))
            throw new MessageException(
                typeof(T),
                $"Amazon SQS takes {SqsLimits.MaxAttributes} headers of a message, named by letters, digits, '_', '-' "
                + $"and '.', and without an envelope there is no other place for these: {string.Join(", ", refused)}");
        return attributes;
    }

    /// <summary>
    /// Of a message that is moved to another queue: its own, without those that MassTransit added, and new ones.
    /// </summary>
    public Dictionary<string, MessageAttributeValue> OfMoved(
        SqsMessage message,
        Action<ITransportSetHeaderAdapter<MessageAttributeValue>, IDictionary<string, MessageAttributeValue>> add)
    {
        var attributes = new Dictionary<string, MessageAttributeValue>(StringComparer.Ordinal);
        foreach (var (name, value) in message.MessageAttributes ?? [])
            if (!name.StartsWith("MT-", StringComparison.Ordinal))
                attributes[name] = value;
        add(_adapter, attributes);
        foreach (var attribute in attributes.Where(attribute => !IsTaken(attribute)).ToList())
            attributes.Remove(attribute.Key);
        TrimTo(attributes, SqsLimits.MaxAttributes);
        return attributes;
    }

    /// <summary>Leaves out the least needed until the message is no larger than SQS allows.</summary>
    public static void TrimToSize(
        SendMessageBatchRequestEntry entry, Dictionary<string, MessageAttributeValue> attributes)
    {
        while (attributes.Count > 0 && SqsLimits.SizeOf(entry) > SqsLimits.MaxBytes)
            TrimTo(attributes, attributes.Count - 1);
    }

    public bool TryConvert(HeaderValue headerValue, out HeaderValue<MessageAttributeValue> result) =>
        TryConvert(headerValue.IsStringValue(out var text), text, out result);

    public bool TryConvert<T>(HeaderValue<T> headerValue, out HeaderValue<MessageAttributeValue> result) =>
        TryConvert(headerValue.IsStringValue(out var text), text, out result);

    private bool TryConvert(bool isText, HeaderValue<string> text, out HeaderValue<MessageAttributeValue> result)
    {
        result = default;
        if (!isText || string.IsNullOrWhiteSpace(text.Value) || !_isAllowed(text))
            return false;
        var value = NotAllowed().Replace(text.Value, "\uFFFD");
        if (text.Key == MessageHeaders.FaultMessage && value.Length > MaxFaultMessageLength)
            value = value[..MaxFaultMessageLength];
        result = new(text.Key, new MessageAttributeValue { StringValue = value });
        return true;
    }

    /// <returns>Names of those left out.</returns>
    private static List<string> TrimTo(Dictionary<string, MessageAttributeValue> attributes, int count)
    {
        if (attributes.Count <= count)
            return [];
        var names = attributes.Keys.OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal).Skip(count).ToList();
        names.ForEach(name => attributes.Remove(name));
        return names;
    }

    private static int Rank(string name)
    {
        var index = Array.IndexOf(Kept, name);
        return index < 0 ? Kept.Length : index;
    }

    /// <summary>In an envelope every header is there once more.</summary>
    private static bool HasEnvelope(SendContext context) =>
        context.ContentType?.MediaType.StartsWith(
            "application/vnd.masstransit", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsTaken(KeyValuePair<string, MessageAttributeValue> attribute) =>
        AllowedName().IsMatch(attribute.Key)
        && !attribute.Key.StartsWith("AWS.", StringComparison.OrdinalIgnoreCase)
        && !attribute.Key.StartsWith("Amazon.", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$", RegexOptions.CultureInvariant)]
    private static partial Regex AllowedName();

    /// <summary>What XML 1.0 does not allow either.</summary>
    [GeneratedRegex(@"[^\u0009\u000A\u000D\u0020-\uFFFD]", RegexOptions.CultureInvariant)]
    private static partial Regex NotAllowed();
}
