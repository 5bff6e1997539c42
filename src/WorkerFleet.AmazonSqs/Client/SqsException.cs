using System.Net;
using Amazon.Runtime;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>SQS refused a request, or could not be reached.</summary>
public sealed class SqsException(
    string message, Exception? inner, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonServiceException(message, inner, type, code, requestId, status)
{
    /// <summary>There is no queue of that name or address (any more).</summary>
    public bool IsQueueMissing => ErrorCode is "QueueDoesNotExist" or "AWS.SimpleQueueService.NonExistentQueue";

    /// <summary>A queue of that name was deleted within the last 60 seconds, and its name is not free again yet.</summary>
    public bool IsQueueDeletedRecently => ErrorCode is "QueueDeletedRecently" or "AWS.SimpleQueueService.QueueDeletedRecently";

    /// <summary>Too many messages of the queue are in flight (120,000 on a standard queue): to receive on later.</summary>
    public bool IsOverLimit => ErrorCode is "OverLimit";
}
