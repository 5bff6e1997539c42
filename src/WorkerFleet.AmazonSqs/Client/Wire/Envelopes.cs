namespace WorkerFleet.AmazonSqs.Client.Wire;

// The members of requests and answers that callers of the client see no type of, as the protocol names them.

internal sealed record QueueNameRequest(string QueueName);

internal sealed record QueueUrlRequest(string QueueUrl);

internal sealed record QueueUrlAnswer(string? QueueUrl);

internal sealed record GetQueueAttributesRequest(string QueueUrl, IReadOnlyList<string> AttributeNames);

internal sealed record QueueAttributesAnswer(Dictionary<string, string>? Attributes);

internal sealed record SetQueueAttributesRequest(string QueueUrl, IReadOnlyDictionary<string, string> Attributes);

internal sealed record TagQueueRequest(string QueueUrl, IReadOnlyDictionary<string, string> Tags);

internal sealed record SendMessageBatchRequest(string QueueUrl, IReadOnlyList<SendMessageBatchRequestEntry> Entries);

internal sealed record DeleteMessageBatchRequest(
    string QueueUrl, IReadOnlyList<DeleteMessageBatchRequestEntry> Entries);

internal sealed record ChangeMessageVisibilityBatchRequest(
    string QueueUrl, IReadOnlyList<ChangeMessageVisibilityBatchRequestEntry> Entries);

internal sealed record ReceiveMessageAnswer(List<SqsMessage>? Messages);
