using Amazon;

namespace WorkerFleet.Aws;

/// <summary>AWS's own addresses.</summary>
public static class AwsEndpoints
{
    /// <param name="service">Such as <c>dynamodb</c>.</param>
    /// <param name="region">Such as <c>eu-central-1</c>.</param>
    public static Uri Of(string service, string region) =>
        new($"https://{service}.{region}.{RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix}/");
}
