using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using WorkerFleet.Aws;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>What the SDK's pipeline has to know of the service and of the options.</summary>
internal sealed class SqsConfig : ClientConfig
{
    /// <summary>
    /// What signatures for an own endpoint name where nobody configured a region: such servers seldom look at it.
    /// </summary>
    private const string AnyRegion = "us-east-1";

    private static readonly string Version = typeof(SqsConfig).Assembly.GetName().Version?.ToString(3) ?? "0";

    private SqsConfig()
        : base(new Defaults())
    {
        ServiceId = "SQS";
        AuthenticationServiceName = "sqs";
        EndpointProvider = new SqsEndpointProvider();
    }

    public override string ServiceVersion => "2012-11-05";

    public override string UserAgent => $"workerfleet-sqs/{Version}";

    public override string RegionEndpointServiceName => "sqs";

    /// <exception cref="SqsException">No region is configured anywhere.</exception>
    public static SqsConfig Of(SqsClientOptions options)
    {
        var config = new SqsConfig
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.MaxAttempts - 1,
            HttpClientFactory = new SqsHttpClientFactory(options.ConnectTimeout),
        };
        if (options.ServiceUrl is { } url)
            config.ServiceURL = url.ToString();
        // Else the SDK gives what AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL or the profile name.
        if (config.ServiceURL is not null)
            config.AuthenticationRegion = options.Region
                // An instance is not asked for its region: where there is none, the asking takes seconds.
                ?? FallbackRegionFactory.GetRegionEndpoint(false)?.SystemName ?? AnyRegion;
        else
            config.RegionEndpoint = RegionOf(options, config)
                ?? throw SqsException.Of(
                    "the first request", "", AwsProblems.NoRegion, SqsException.NoRegion, ErrorType.Sender);
        return config;
    }

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new(SqsEndpoint.Of(this));

    private static RegionEndpoint? RegionOf(SqsClientOptions options, SqsConfig config) =>
        options.Region is { } region ? RegionEndpoint.GetBySystemName(region) : config.RegionEndpoint;

    /// <summary>The base class asks for defaults of its modes; the client sets what it uses of them itself.</summary>
    private sealed class Defaults : IDefaultConfigurationProvider
    {
        public IDefaultConfiguration GetDefaultConfiguration(
            RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode = null) => new Values();
    }

    private sealed class Values : IDefaultConfiguration
    {
        public DefaultConfigurationMode Name => DefaultConfigurationMode.Standard;

        public RequestRetryMode RetryMode => RequestRetryMode.Standard;

        public S3UsEast1RegionalEndpointValue S3UsEast1RegionalEndpoint => S3UsEast1RegionalEndpointValue.Regional;

        public TimeSpan? ConnectTimeout => null;

        public TimeSpan? TlsNegotiationTimeout => null;

        public TimeSpan? TimeToFirstByteTimeout => null;

        public TimeSpan? HttpRequestTimeout => null;
    }
}
