using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>Where requests go: to the configured address, else to the region's.</summary>
internal static class SqsEndpoint
{
    public static string Of(IClientConfig config) => string.IsNullOrEmpty(config.ServiceURL)
        ? Of(config.RegionEndpoint, config.UseFIPSEndpoint, config.UseDualstackEndpoint)
        : config.ServiceURL;

    /// <param name="region">The region.</param>
    /// <param name="isFips">Whether its cryptography has to be validated.</param>
    /// <param name="isDualStack">Whether IPv6 has to do.</param>
    public static string Of(RegionEndpoint region, bool isFips, bool isDualStack)
    {
        // In GovCloud the plain address is the validated one.
        var host = isFips && (isDualStack || region.PartitionName != "aws-us-gov") ? "sqs-fips" : "sqs";
        var suffix = !isDualStack ? region.PartitionDnsSuffix
            : region.PartitionName == "aws-cn" ? "api.amazonwebservices.com.cn"
            : "api.aws";
        return $"https://{host}.{region.SystemName}.{suffix}";
    }
}

/// <summary>
/// The SDK's way to ask for it: resolving without a provider fails in it, even where an own resolver never asks one.
/// </summary>
internal sealed class SqsEndpointProvider : IEndpointProvider
{
    public const string Url = nameof(Url);

    public Endpoint ResolveEndpoint(EndpointParameters parameters) => new((string)parameters[Url]);
}

internal sealed class SqsEndpointResolver : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
        new() { [SqsEndpointProvider.Url] = SqsEndpoint.Of(requestContext.ClientConfig) };
}
