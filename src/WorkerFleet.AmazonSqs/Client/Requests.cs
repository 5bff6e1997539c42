using System.Text.Json.Serialization;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>A queue to create.</summary>
public sealed class CreateQueueRequest
{
    /// <summary>1 to 80 letters, digits, hyphens and underscores; a FIFO queue's ends with .fifo.</summary>
    public required string QueueName { get; init; }

    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    [JsonPropertyName("tags")]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>Waits for messages.</summary>
public sealed class ReceiveMessageRequest
{
    public required string QueueUrl { get; init; }

    /// <summary>1 to 10.</summary>
    public int MaxNumberOfMessages { get; init; } = 10;

    /// <summary>0 to 20 seconds, for a message to come.</summary>
    public int WaitTimeSeconds { get; init; } = 20;

    /// <summary>How long they are invisible to others: 0 to 43,200 seconds; null for the queue's.</summary>
    public int? VisibilityTimeout { get; init; }

    public IReadOnlyList<string> MessageSystemAttributeNames { get; init; } = ["All"];

    public IReadOnlyList<string> MessageAttributeNames { get; init; } = ["All"];
}

/// <summary>One message of a send of up to ten.</summary>
public sealed record SendMessageBatchRequestEntry
{
    /// <summary>Its name in the request: up to 80 letters, digits, hyphens and underscores.</summary>
    public string Id { get; set; } = "";

    public required string MessageBody { get; init; }

    /// <summary>0 to 900; null for the queue's.</summary>
    public int? DelaySeconds { get; init; }

    /// <summary>1 to 128 characters. On a standard queue it makes a fair queue of it.</summary>
    public string? MessageGroupId { get; init; }

    public string? MessageDeduplicationId { get; init; }

    /// <summary>At most 10.</summary>
    public IReadOnlyDictionary<string, MessageAttributeValue>? MessageAttributes { get; init; }
}

/// <summary>One message of up to ten to delete.</summary>
public sealed record DeleteMessageBatchRequestEntry
{
    public string Id { get; set; } = "";

    public required string ReceiptHandle { get; init; }
}

/// <summary>One message of up to ten that becomes visible at another time.</summary>
public sealed record ChangeMessageVisibilityBatchRequestEntry
{
    public string Id { get; set; } = "";

    public required string ReceiptHandle { get; init; }

    /// <summary>0 to 43,200 seconds from now; SQS allows 12 hours from the reception in all.</summary>
    public required int VisibilityTimeout { get; init; }
}
