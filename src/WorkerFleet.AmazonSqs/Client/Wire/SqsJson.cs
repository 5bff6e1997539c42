using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>Requests and answers as JSON, by generated code.</summary>
[JsonSerializable(typeof(QueueNameRequest))]
[JsonSerializable(typeof(QueueUrlRequest))]
[JsonSerializable(typeof(QueueUrlAnswer))]
[JsonSerializable(typeof(CreateQueueRequest))]
[JsonSerializable(typeof(GetQueueAttributesRequest))]
[JsonSerializable(typeof(QueueAttributesAnswer))]
[JsonSerializable(typeof(SetQueueAttributesRequest))]
[JsonSerializable(typeof(TagQueueRequest))]
[JsonSerializable(typeof(SendMessageBatchRequest))]
[JsonSerializable(typeof(DeleteMessageBatchRequest))]
[JsonSerializable(typeof(ChangeMessageVisibilityBatchRequest))]
[JsonSerializable(typeof(BatchResult))]
[JsonSerializable(typeof(ReceiveMessageRequest))]
[JsonSerializable(typeof(ReceiveMessageAnswer))]
internal sealed partial class SqsJson : JsonSerializerContext
{
    /// <summary>
    /// Bodies are mostly JSON themselves: a quote in them becomes two characters and not six, and text that is not
    /// ASCII stays as it is. No browser ever reads this.
    /// </summary>
    public static SqsJson Compact { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
