using System.Net;
using Amazon.Runtime;

namespace WorkerFleet.Aws;

/// <summary>Says in one line what a failure of AWS's client means, and what to do.</summary>
public static class AwsProblems
{
    public const string NoRegion =
        "no AWS region is configured; set Fleet:Aws:Region, or the variable AWS_REGION";

    private const string NoCredentials =
        "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run with a role";

    /// <summary>Whether the failure is one that <see cref="Describe"/> has words for.</summary>
    public static bool IsOurs(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException;

    /// <returns>Reads on behind what was tried and a colon; without a full stop.</returns>
    public static string Describe(Exception exception) => exception switch
    {
        AmazonServiceException service => DescribeAnswer(service),
        AmazonClientException client when IsNoCredentials(client) => NoCredentials,
        AmazonClientException client when client.Message.Contains("RegionEndpoint", StringComparison.Ordinal) => NoRegion,
        AmazonClientException { InnerException: HttpRequestException inner } => Unreachable(inner),
        HttpRequestException unreachable => Unreachable(unreachable),
        TimeoutException or TaskCanceledException => "no answer in time; see that the address is right and the network up",
        _ => OneLine(exception.Message),
    };

    /// <summary>What kind of failure it is, also where the store has wrapped it.</summary>
    public static AwsFault FaultOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (FaultOfOne(exception) is { } fault)
                return fault;
        return AwsFault.Other;
    }

    private static AwsFault? FaultOfOne(Exception exception) => exception switch
    {
        AmazonServiceException service when FaultOfCode(service.ErrorCode) is { } fault => fault,
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden } => AwsFault.Denied,
        AmazonServiceException { StatusCode: HttpStatusCode.NotFound } => AwsFault.Missing,
        AmazonClientException client when IsNoCredentials(client) => AwsFault.NoCredentials,
        AmazonClientException client when client.Message.Contains("RegionEndpoint", StringComparison.Ordinal) =>
            AwsFault.NoRegion,
        HttpRequestException or TimeoutException => AwsFault.Unreachable,
        _ => null,
    };

    private static AwsFault? FaultOfCode(string? code) => code switch
    {
        "AccessDenied" or "AccessDeniedException" or "Forbidden" or "AllAccessDisabled" or "KMSAccessDeniedException"
            or "KmsAccessDenied" or "AWS.SimpleQueueService.KmsAccessDenied" => AwsFault.Denied,
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "UnrecognizedClientException" or "InvalidSignatureException"
            or "InvalidClientTokenId" or "MissingAuthenticationToken" or "IncompleteSignature" => AwsFault.Refused,
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" or "RequestExpired" => AwsFault.Expired,
        "RequestTimeTooSkewed" => AwsFault.ClockWrong,
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "TemporaryRedirect" =>
            AwsFault.OtherRegion,
        "NoSuchBucket" or "ResourceNotFoundException" or "QueueDoesNotExist" => AwsFault.Missing,
        // Those of our own client of SQS.
        "NoCredentials" => AwsFault.NoCredentials,
        "NoRegion" => AwsFault.NoRegion,
        "ConnectionFailed" or "RequestTimeout" => AwsFault.Unreachable,
        _ => null,
    };

    private static string DescribeAnswer(AmazonServiceException exception) => exception.ErrorCode switch
    {
        "NoSuchBucket" => "there is no such bucket; 'fleet provision' makes the fleet's own",
        "BucketAlreadyExists" => "the name of the bucket is taken by somebody else; choose another",
        "NoSuchKey" => "there is no such object",
        "AccessDenied" or "AccessDeniedException" or "Forbidden" or "AllAccessDisabled" =>
            $"access denied ({OneLine(exception.Message)}); see deploy/iam for what a role needs",
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "UnrecognizedClientException" or "InvalidSignatureException"
            or "InvalidClientTokenId" or "MissingAuthenticationToken" =>
            $"the AWS credentials are not accepted ({exception.ErrorCode}); see that key and secret belong together",
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" or "RequestExpired" =>
            $"the AWS credentials have expired ({exception.ErrorCode}); sign in again",
        "RequestTimeTooSkewed" => "this machine's clock is wrong, so that AWS takes no signature of it; set the clock",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "TemporaryRedirect" =>
            $"it is in another region ({OneLine(exception.Message)}); set Fleet:Aws:Region or AWS_REGION to it",
        "SlowDown" or "ThrottlingException" or "ProvisionedThroughputExceededException" or "RequestLimitExceeded" =>
            $"AWS keeps asking to slow down ({exception.ErrorCode}); try again later",
        _ => DescribeStatus(exception),
    };

    /// <summary>Answers to HEAD have no body, hence no code.</summary>
    private static string DescribeStatus(AmazonServiceException exception) => exception.StatusCode switch
    {
        HttpStatusCode.Forbidden => "access denied; see deploy/iam for what a role needs",
        HttpStatusCode.NotFound => "there is no such thing",
        HttpStatusCode.Moved or HttpStatusCode.BadRequest when exception.ErrorCode is null or "BadRequest" =>
            "it is in another region, or the AWS credentials have expired",
        0 when exception.InnerException is HttpRequestException inner => Unreachable(inner),
        var status => $"{exception.ErrorCode ?? "failed"} ({(int)status}): {OneLine(exception.Message)}",
    };

    private static bool IsNoCredentials(AmazonClientException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            if (cause.Message.Contains("resolve AWS credentials", StringComparison.OrdinalIgnoreCase)
                || cause.Message.Contains("IAM security credentials", StringComparison.OrdinalIgnoreCase)
                || cause.Message.Contains("EC2 Instance Metadata", StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static string Unreachable(HttpRequestException exception) =>
        $"AWS cannot be reached ({OneLine(exception.Message)}); see that the address is right and the network up";

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
