using Amazon.Runtime;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>S3 could not do what was asked. The message is one line for a person: what, where, and what to do.</summary>
/// <param name="message">Reads on behind what was tried and a colon.</param>
/// <param name="inner">What the client reported.</param>
public sealed class S3Exception(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Whether S3 is there and these credentials may not: somebody else's may.</summary>
    public bool IsDenied =>
        InnerException is AmazonServiceException { StatusCode: System.Net.HttpStatusCode.Forbidden };

    internal static S3Exception Of(S3Address address, Exception failure) => new(
        $"{address}: {(failure is S3Exception ? failure.Message : AwsProblems.Describe(failure))}",
        failure as S3Exception is { InnerException: { } cause } ? cause : failure);
}
