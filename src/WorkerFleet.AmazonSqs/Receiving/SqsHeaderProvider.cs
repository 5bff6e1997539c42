using System.Globalization;
using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>A message's attributes, and what SQS knows of it, as transport headers.</summary>
internal sealed class SqsHeaderProvider(SqsMessage message, SqsMessageBody body) : IHeaderProvider
{
    public IEnumerable<KeyValuePair<string, object>> GetAll()
    {
        yield return new(MessageHeaders.TransportMessageId, message.MessageId);
        if (SentTime is { } sent)
            yield return new(MessageHeaders.TransportSentTime, sent);
        foreach (var (name, value) in message.MessageAttributes ?? [])
            if (value.StringValue is { } text)
                yield return new(name, text);
    }

    public bool TryGetHeader(string key, out object value)
    {
        object? found = null;
        if (message.MessageAttributes?.TryGetValue(key, out var attribute) == true)
            found = attribute.StringValue;
        else if (Is(MessageHeaders.TransportMessageId) || Is(MessageHeaders.MessageId))
            found = message.MessageId;
        else if (Is(MessageHeaders.TransportSentTime))
            found = SentTime;
        else if (Is("TopicArn"))
            found = body.TopicArn;
        value = found!;
        return found is not null;

        bool Is(string name) => string.Equals(key, name, StringComparison.OrdinalIgnoreCase);
    }

    private DateTime? SentTime =>
        long.TryParse(
            message.Attributes?.GetValueOrDefault("SentTimestamp"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime
            : null;
}
