using System.Text.Json;
using MassTransit;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>
/// The body of a message. What SNS passed on without raw delivery is a notification with the published message inside,
/// as text.
/// </summary>
internal sealed class SqsMessageBody(string body) : StringMessageBody(body), JsonMessageBody
{
    private readonly string _body = body;

    /// <summary>The SNS topic it came from; null if from none, or the body was not read yet.</summary>
    public string? TopicArn { get; private set; }

    public JsonElement? GetJsonElement(JsonSerializerOptions options)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(_body, options);
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("Type", out var type) || type.ValueKind != JsonValueKind.String
            || !type.ValueEquals("Notification")
            || !json.TryGetProperty(nameof(TopicArn), out var topic) || topic.ValueKind != JsonValueKind.String
            || !json.TryGetProperty("Message", out var message) || message.ValueKind != JsonValueKind.String)
            return json;
        TopicArn = topic.GetString();
        return JsonSerializer.Deserialize<JsonElement>(message.GetString()!, options);
    }
}
