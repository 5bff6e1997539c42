using System.Net;
using Amazon.Runtime;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>
/// SQS refused a request, or could not be reached. The message names the operation, the queue and the cause.
/// </summary>
public sealed class SqsException(
    string message, Exception? inner, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonServiceException(message, inner, type, code, requestId, status)
{
    /// <summary>Code when no connection was made, or it broke: the request may have taken effect or not.</summary>
    public const string ConnectionFailed = "ConnectionFailed";

    /// <summary>Code when no answer came in time: the request may have taken effect or not.</summary>
    public const string TimedOut = "RequestTimeout";

    /// <summary>Code when an answer is not what SQS answers, such as half of one, or a proxy's page.</summary>
    public const string BrokenAnswer = "BrokenAnswer";

    /// <summary>Code when credentials could not be had.</summary>
    public const string NoCredentials = "NoCredentials";

    /// <summary>Code when it is not known in which region to call.</summary>
    public const string NoRegion = "NoRegion";

    /// <summary>Code when a message is larger than SQS takes, which is found before it is sent.</summary>
    public const string MessageTooLong = "MessageTooLong";

    /// <summary>
    /// Code when the result of a batch does not mention an entry: it may have been carried out or not.
    /// </summary>
    public const string NotInResult = "NotInResult";

    /// <summary>Code of what was still to be done when the queue's part of this process was stopped.</summary>
    public const string Stopped = "Stopped";

    /// <summary>There is no queue of that name or address (any more).</summary>
    public bool IsQueueMissing => ErrorCode is "QueueDoesNotExist" or "AWS.SimpleQueueService.NonExistentQueue";

    /// <summary>
    /// A queue of that name was deleted within the last 60 seconds, and its name is not free again yet.
    /// </summary>
    public bool IsQueueDeletedRecently =>
        ErrorCode is "QueueDeletedRecently" or "AWS.SimpleQueueService.QueueDeletedRecently";

    /// <summary>There is a queue of that name with other attributes.</summary>
    public bool IsQueueNameTaken => ErrorCode is "QueueNameExists" or "QueueAlreadyExists";

    /// <summary>
    /// Too many messages of the queue are in flight (120,000 on a standard queue): to receive on later.
    /// </summary>
    public bool IsOverLimit => ErrorCode is "OverLimit" or "AWS.SimpleQueueService.OverLimit";

    /// <summary>
    /// The reception that a receipt handle names is over: the message was deleted, or is visible again.
    /// </summary>
    public bool IsReceiptHandleInvalid =>
        ErrorCode is "ReceiptHandleIsInvalid" or "MessageNotInflight" or "AWS.SimpleQueueService.MessageNotInflight"
        // What SQS says of a handle that has expired.
        || (ErrorCode is "InvalidParameterValue"
            && Message.Contains("receipt handle", StringComparison.OrdinalIgnoreCase));

    /// <summary>SQS, or the KMS that encrypts the queue, asks to slow down.</summary>
    public bool IsThrottled => IsThrottlingCode(ErrorCode);

    /// <summary>Whether the same request can succeed later.</summary>
    public bool IsTransient => IsThrottled || (int)StatusCode >= 500
        || ErrorCode is ConnectionFailed or TimedOut or BrokenAnswer or NotInResult;

    internal static bool IsThrottlingCode(string? code) =>
        code is "RequestThrottled" or "ThrottlingException" or "Throttling" or "RequestThrottledException"
            or "TooManyRequestsException" or "RequestLimitExceeded" or "SlowDown" or "KmsThrottled"
            or "KMS.ThrottlingException";

    /// <param name="operation">What was tried.</param>
    /// <param name="subject">On what, mostly a queue; empty for none.</param>
    /// <param name="cause">Why it failed; without a full stop.</param>
    internal static SqsException Of(
        string operation, string subject, string cause, string code, ErrorType type, Exception? inner = null,
        HttpStatusCode status = 0, string requestId = "")
    {
        var what = subject.Length == 0 ? operation : $"{operation} on '{subject}'";
        return new SqsException($"Amazon SQS: {what} failed: {cause}.", inner, type, code, requestId, status);
    }
}
