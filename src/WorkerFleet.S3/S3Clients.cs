using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>Makes clients of S3.</summary>
internal static class S3Clients
{
    /// <summary>
    /// Tries of a request beyond the first, each after a longer and jittered wait: half a minute in all at most, which bears a
    /// bucket that is asked to slow down.
    /// </summary>
    private const int MaxRetries = 5;

    /// <summary>For a part of 8 MiB on a slow line.</summary>
    private static readonly TimeSpan RequestLimit = TimeSpan.FromMinutes(5);

    /// <summary>What signatures for an own endpoint name where nobody configured a region: such servers seldom look at it.</summary>
    private const string AnyRegion = "us-east-1";

    /// <exception cref="S3Exception">No region is configured anywhere.</exception>
    public static IAmazonS3 Create(S3Options options)
    {
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = MaxRetries,
            Timeout = RequestLimit,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.ForcePathStyle = true;
            config.AuthenticationRegion = options.Region ?? AnyRegion;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else if (config.RegionEndpoint is null && config.ServiceURL is null)
        {
            throw new S3Exception(AwsProblems.NoRegion);
        }
        return new AmazonS3Client(config);
    }
}
