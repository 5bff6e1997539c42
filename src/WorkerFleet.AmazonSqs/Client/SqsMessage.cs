namespace WorkerFleet.AmazonSqs.Client;

/// <summary>A message as received: invisible to others until its visibility timeout is over.</summary>
public sealed class SqsMessage
{
    public string MessageId { get; set; } = "";

    /// <summary>Names this reception, for deleting the message and for changing its visibility.</summary>
    public string ReceiptHandle { get; set; } = "";

    public string Body { get; set; } = "";

    /// <summary>What SQS says of it, such as ApproximateReceiveCount, SentTimestamp and MessageGroupId.</summary>
    public Dictionary<string, string>? Attributes { get; set; }

    public Dictionary<string, MessageAttributeValue>? MessageAttributes { get; set; }
}
