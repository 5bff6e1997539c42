namespace WorkerFleet.S3;

/// <summary>S3 could not do what was asked. The message is one line for a person: what, where, and what to do.</summary>
public sealed class S3Exception(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <param name="what">What was tried, such as "Cannot read s3://bucket/key".</param>
    /// <param name="failure">What the client reported.</param>
    internal static S3Exception Of(string what, Exception failure) =>
        failure as S3Exception ?? new S3Exception($"{what}: {AwsProblems.Describe(failure)}", failure);
}
