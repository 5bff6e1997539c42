namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>What an outbox keeps of a message beside its headers; names as in MassTransit's own package.</summary>
internal static class SqsPropertyNames
{
    public const string GroupId = "SQS-GroupId";
    public const string DeduplicationId = "SQS-DeduplicationId";
}
