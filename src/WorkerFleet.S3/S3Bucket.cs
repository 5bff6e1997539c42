using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>What was found of a bucket.</summary>
/// <param name="Exists">Whether it is there.</param>
/// <param name="EndsUploads">Whether a rule of it ends uploads of blobs that were never completed.</param>
/// <param name="HasRules">Whether somebody has given it other rules.</param>
public sealed record BucketState(bool Exists, bool EndsUploads = false, bool HasRules = false);

/// <summary>Makes and verifies the bucket that a fleet keeps its blobs in.</summary>
public sealed class S3Bucket(S3Connection connection, string bucket)
{
    /// <summary>After so many days an upload that nobody completed is taken to be what a crash left.</summary>
    public const int DaysToComplete = 7;

    private const string RuleId = "fleet-end-unfinished-uploads";

    private S3Address Address => new(bucket, "");

    /// <exception cref="S3Exception">It cannot be asked: denied, no credentials, another region, not reachable.</exception>
    public Task<bool> ExistsAsync(CancellationToken cancellationToken) => TellAsync(async client =>
    {
        try
        {
            // Not HEAD, whose refusals have no body, and do not tell the reason.
            await client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = bucket, Prefix = S3BlobStore.Prefix, MaxKeys = 1 }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    });

    /// <exception cref="S3Exception">It cannot be asked: denied, no credentials, another region, not reachable.</exception>
    public Task<BucketState> ExamineAsync(CancellationToken cancellationToken) => TellAsync(async client =>
    {
        if (!await ExistsAsync(cancellationToken))
            return new BucketState(Exists: false);
        var rules = await ReadRulesAsync(client, cancellationToken);
        return new BucketState(Exists: true, rules.Exists(EndsUploads), rules.Count > 0);
    });

    /// <summary>Nothing happens where it is there already, and this account's.</summary>
    /// <exception cref="S3Exception">It cannot be made.</exception>
    public Task CreateAsync(CancellationToken cancellationToken) => TellAsync(async client =>
    {
        try
        {
            await client.PutBucketAsync(new PutBucketRequest { BucketName = bucket, UseClientRegion = true }, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // Somebody was faster.
        }
        return true;
    });

    /// <summary>Has the bucket end uploads of blobs that nobody completes. Replaces all of its rules.</summary>
    /// <exception cref="S3Exception">It cannot be done.</exception>
    public Task EndUploadsAsync(CancellationToken cancellationToken) => TellAsync(async client =>
    {
        var rule = new LifecycleRule
        {
            Id = RuleId,
            Status = LifecycleRuleStatus.Enabled,
            Filter = new LifecycleFilter
            {
                LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = S3BlobStore.Prefix },
            },
            AbortIncompleteMultipartUpload =
                new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = DaysToComplete },
        };
        await client.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest
            {
                BucketName = bucket,
                Configuration = new LifecycleConfiguration { Rules = [rule] },
            }, cancellationToken);
        return true;
    });

    private async Task<List<LifecycleRule>> ReadRulesAsync(IAmazonS3 client, CancellationToken cancellationToken)
    {
        try
        {
            var response = await client.GetLifecycleConfigurationAsync(
                new GetLifecycleConfigurationRequest { BucketName = bucket }, cancellationToken);
            return response.Configuration?.Rules ?? [];
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchLifecycleConfiguration")
        {
            return [];
        }
    }

    private static bool EndsUploads(LifecycleRule rule) =>
        rule.Status == LifecycleRuleStatus.Enabled
        && rule.AbortIncompleteMultipartUpload is not null
        && (rule.Filter?.LifecycleFilterPredicate is null
            || rule.Filter.LifecycleFilterPredicate is LifecyclePrefixPredicate prefix
            && S3BlobStore.Prefix.StartsWith(prefix.Prefix ?? "", StringComparison.Ordinal));

    private async Task<T> TellAsync<T>(Func<IAmazonS3, Task<T>> action)
    {
        try
        {
            return await action(connection.Client);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is S3Exception)
        {
            throw S3Exception.Of(Address, exception);
        }
    }
}
