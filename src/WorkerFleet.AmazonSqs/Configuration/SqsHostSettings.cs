using Amazon.Runtime;
using MassTransit;
using MassTransit.Internals;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

/// <summary>How SQS is reached, as configured.</summary>
internal sealed class SqsHostSettings : IAmazonSqsHostConfigurator
{
    private readonly string _region;
    private string? _accessKey;
    private string? _secretKey;
    private string _scope;
    private AWSCredentials? _credentials;
    private SqsClientOptions _config = new();
    private Func<ISqsClient>? _createClient;

    /// <exception cref="ConfigurationException">The address is not one of Amazon SQS.</exception>
    public SqsHostSettings(Uri hostAddress)
    {
        if (hostAddress.Scheme != SqsAddress.Scheme || hostAddress.Host.Length == 0)
            throw new ConfigurationException(
                $"Amazon SQS: '{hostAddress}' is no address of a host; use {SqsAddress.Scheme}://REGION.");
        _region = hostAddress.Host;
        _scope = hostAddress.ParseHostPath();
        if (hostAddress.UserInfo.Split(':') is [var accessKey, var secretKey])
        {
            (_accessKey, _secretKey) = (Uri.UnescapeDataString(accessKey), Uri.UnescapeDataString(secretKey));
        }
    }

    /// <summary>Without credentials.</summary>
    public Uri Address =>
        new UriBuilder(SqsAddress.Scheme, _region) { Path = Uri.EscapeDataString(_scope.Trim('/')) }.Uri;

    public AllowTransportHeader AllowedHeaders { get; private set; } = _ => true;

    public void AccessKey(string accessKey) => _accessKey = accessKey;

    public void SecretKey(string secretKey) => _secretKey = secretKey;

    public void Credentials(AWSCredentials credentials) => _credentials = credentials;

    public void Scope(string scope) => _scope = scope;

    public void Config(SqsClientOptions config) => _config = config;

    public void AllowTransportHeader(AllowTransportHeader allowTransportHeader) =>
        AllowedHeaders = allowTransportHeader;

    public void Client(Func<ISqsClient> createClient) => _createClient = createClient;

    public ISqsClient CreateClient(TimeProvider time) =>
        _createClient?.Invoke() ?? new SqsClient(
            _credentials ?? KeyPair(), _config.Region is null ? _config with { Region = _region } : _config, time);

    private BasicAWSCredentials? KeyPair() =>
        string.IsNullOrEmpty(_accessKey) || string.IsNullOrEmpty(_secretKey) ? null : new(_accessKey, _secretKey);
}
