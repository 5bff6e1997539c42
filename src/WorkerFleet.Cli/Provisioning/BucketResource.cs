using WorkerFleet.S3;

namespace WorkerFleet.Cli.Provisioning;

/// <summary>The bucket of sources and large values.</summary>
internal static class BucketResource
{
    private const string Kind = "bucket";

    /// <param name="connection">S3.</param>
    /// <param name="name">Of the bucket.</param>
    /// <param name="dryRun">Whether to change nothing.</param>
    /// <param name="cancellationToken">Cancels between two steps, each of which may be repeated.</param>
    public static async Task<Resource> ProvisionAsync(
        S3Connection connection, string name, bool dryRun, CancellationToken cancellationToken)
    {
        var bucket = new S3Bucket(connection, name);
        try
        {
            var found = await bucket.ExamineAsync(cancellationToken);
            if (found is { Exists: true, EndsUploads: true })
                return new(Kind, name, ResourceState.Present, "it is there, and ends uploads that nobody completes");
            if (found is { Exists: true, HasRules: true })
                return new(Kind, name, ResourceState.Differs,
                    "its lifecycle rules are left alone, and none of them ends incomplete multipart uploads of " +
                    $"{S3BlobStore.Prefix}: add one, of {S3Bucket.DaysToComplete} days, or what a crash leaves is billed for ever");
            var rule = $"a lifecycle rule that ends uploads nobody completes within {S3Bucket.DaysToComplete} days";
            if (dryRun)
                return new(Kind, name, ResourceState.Missing,
                    found.Exists ? $"it is there; it would get {rule}" : $"it would be created, with {rule}");
            if (!found.Exists)
                await bucket.CreateAsync(cancellationToken);
            await bucket.EndUploadsAsync(cancellationToken);
            return found.Exists
                ? new(Kind, name, ResourceState.Updated, $"it got {rule}")
                : new(Kind, name, ResourceState.Created, $"it was created, with {rule}");
        }
        catch (S3Exception exception)
        {
            return new(Kind, name, ResourceState.Failed, exception.Message);
        }
    }

    /// <summary>Only looks whether it is there: who works with it need not be allowed to read its rules.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static async Task<string?> ProblemOfAsync(
        S3Connection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await new S3Bucket(connection, name).ExistsAsync(cancellationToken)
                ? null
                : $"there is no bucket {name}; 'fleet provision' makes it";
        }
        catch (S3Exception exception)
        {
            return exception.Message;
        }
    }
}
