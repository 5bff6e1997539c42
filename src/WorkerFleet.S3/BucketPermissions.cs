using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>Something that the fleet does with a bucket, and whether it may.</summary>
/// <param name="Action">IAM's name of it.</param>
/// <param name="Resource">The bucket, or an object in it.</param>
/// <param name="Problem">Why it cannot be done; null when it can.</param>
public sealed record BucketAction(string Action, string Resource, S3Exception? Problem);

/// <summary>Tries what a process of the fleet does with the bucket, by one small object of its own that it deletes.</summary>
public sealed class BucketPermissions(S3Connection connection, string bucket)
{
    /// <summary>Each action once, also behind one that is refused.</summary>
    public async Task<IReadOnlyList<BucketAction>> TryAsync(CancellationToken cancellationToken)
    {
        var key = $"{S3BlobStore.Prefix}doctor-{Guid.CreateVersion7():N}";
        var actions = new List<BucketAction>
        {
            await TryAsync("s3:ListBucket", new(bucket, S3BlobStore.Prefix), client => client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = bucket, Prefix = S3BlobStore.Prefix, MaxKeys = 1 }, cancellationToken)),
            await TryAsync("s3:PutObject", new(bucket, key), client => client.PutObjectAsync(
                new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = "fleet doctor" }, cancellationToken)),
        };
        // Where nothing could be put there is nothing to get, and its absence would look like a missing right.
        if (actions[^1].Problem is null)
            actions.Add(await TryAsync("s3:GetObject", new(bucket, key), async client =>
            {
                using var answer = await client.GetObjectAsync(bucket, key, cancellationToken);
                return answer.ContentLength;
            }));
        actions.Add(await TryAsync("s3:DeleteObject", new(bucket, key), client => client.DeleteObjectAsync(
            bucket, key, cancellationToken)));
        return actions;
    }

    private async Task<BucketAction> TryAsync<T>(string action, S3Address address, Func<IAmazonS3, Task<T>> send)
    {
        try
        {
            await send(connection.Client);
            return new(action, address.ToString(), null);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is S3Exception)
        {
            return new(action, address.ToString(), S3Exception.Of(address, exception));
        }
    }
}
