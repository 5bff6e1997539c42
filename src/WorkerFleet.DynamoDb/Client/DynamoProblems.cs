using System.Net;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>Tells what may be repeated from what may not, and says in one line what the latter means.</summary>
internal static class DynamoProblems
{
    private static readonly HashSet<string> RepeatableCodes = new(StringComparer.Ordinal)
    {
        "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "ThrottlingException", "ThrottlingError", "Throttling", "SlowDown", "InternalServerError", "InternalFailure",
        "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException",
        "TransactionConflict", "TransactionConflictException", "TransactionInProgressException", "LimitExceededException",
        "ReplicatedWriteConflictException",
    };

    /// <returns>A word for the metric when trying again can help; null when it cannot.</returns>
    public static string? RepeatReason(Exception exception) => exception switch
    {
        TransactionCanceledException cancelled when cancelled.CancellationReasons?.Exists(
            reason => reason.Code is "ConditionalCheckFailed") == true => null,
        TransactionCanceledException cancelled => cancelled.CancellationReasons?.Exists(
            reason => IsRepeatable(reason.Code)) == true ? "conflict" : null,
        ConditionalCheckFailedException => null,
        AmazonServiceException service when IsRepeatable(service.ErrorCode) => service.ErrorCode,
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } => "unavailable",
        AmazonServiceException { StatusCode: 0 } service => RepeatReasonOf(service.InnerException),
        AmazonServiceException => null,
        AmazonClientException client => RepeatReasonOf(client.InnerException),
        _ => RepeatReasonOf(exception),
    };

    public static bool IsRepeatable(string? code) => code is not null && RepeatableCodes.Contains(code);

    /// <summary>What a person is told of a failure that is not repeated, or no longer.</summary>
    public static StoreException Describe(Exception exception, string operation, string table)
    {
        var code = (exception as AmazonServiceException)?.ErrorCode;
        var (fault, problem) = exception switch
        {
            ResourceNotFoundException => (StoreFault.NotWritable,
                $"there is no DynamoDB table {table}, or not its index; 'fleet provision' makes it. If it exists elsewhere, "
                + "set region and table names"),
            _ when code is "AccessDeniedException" => (StoreFault.NotWritable,
                $"access to the DynamoDB table {table} is denied ({OneLine(exception.Message)}); see deploy/iam for what a "
                + "role needs"),
            _ when code is "UnrecognizedClientException" or "InvalidSignatureException" or "MissingAuthenticationToken"
                or "ExpiredTokenException" or "IncompleteSignature" => (StoreFault.NotWritable,
                $"the AWS credentials are not accepted ({code}); sign in again, or see that key and secret belong together"),
            _ when IsMissingCredentials(exception) => (StoreFault.NotWritable,
                "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run with "
                + "a role"),
            _ when exception.Message.Contains("RegionEndpoint", StringComparison.Ordinal) => (StoreFault.NotWritable,
                "no AWS region is configured; set Fleet:Aws:Region, or the variable AWS_REGION"),
            _ when code is "ValidationException" && exception.Message.Contains("size", StringComparison.OrdinalIgnoreCase) =>
                (StoreFault.TooLarge, $"a record is larger than DynamoDB takes ({OneLine(exception.Message)})"),
            _ => (StoreFault.Failed, $"DynamoDB refused {operation} on table {table}: {OneLine(exception.Message)}"),
        };
        return new StoreException(fault, problem, exception);
    }

    public static StoreException GivenUp(Exception exception, string operation, string table, TimeSpan after) => new(
        StoreFault.Unavailable,
        $"DynamoDB did not take {operation} on table {table} for {after.TotalSeconds:0} s "
        + $"({OneLine(exception.Message)}). See that it can be reached, and that the table's capacity is enough.",
        exception);

    private static string? RepeatReasonOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is HttpRequestException or IOException or TimeoutException)
                return "connection";
            else if (exception is OperationCanceledException)
                return "timeout";
        return null;
    }

    private static bool IsMissingCredentials(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            if (cause.Message.Contains("resolve AWS credentials", StringComparison.OrdinalIgnoreCase)
                || cause.Message.Contains("IAM security credentials", StringComparison.OrdinalIgnoreCase)
                || cause.Message.Contains("EC2 Instance Metadata", StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
