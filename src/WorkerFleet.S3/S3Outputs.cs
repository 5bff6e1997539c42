using Amazon.S3.Model;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>Finds out ahead whether results can be written, rather than after the hours that a batch may take.</summary>
public sealed class S3Outputs(S3Connection connection)
{
    /// <summary>Begins and ends an upload, which leaves nothing that anybody could see.</summary>
    /// <exception cref="S3Exception">Results cannot be written there.</exception>
    public async Task CheckAsync(S3Address prefix, CancellationToken cancellationToken)
    {
        var probe = prefix.Append(".fleet-probe");
        try
        {
            var begun = await connection.Client.InitiateMultipartUploadAsync(
                new InitiateMultipartUploadRequest { BucketName = probe.Bucket, Key = probe.Key }, cancellationToken);
            await connection.Client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = probe.Bucket, Key = probe.Key, UploadId = begun.UploadId },
                cancellationToken);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is S3Exception)
        {
            throw S3Exception.Of(prefix, exception);
        }
    }
}
