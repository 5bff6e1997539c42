using System.Net;

namespace WorkerFleet.Api.Hosting;

/// <summary>Section <c>Fleet:Api</c>: where the API and the dashboard are served, and what they may be used for.</summary>
public sealed record ApiOptions
{
    public const string Section = "Fleet:Api";
    public const int DefaultPort = 5080;

    /// <summary>TCP port; 0 takes a free one. 5080 by default.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Address to listen on. Loopback by default, where no key is needed; anywhere else there have to be API keys.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Largest source that can be uploaded, in bytes. 1 GiB by default.</summary>
    public long MaxUploadBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Folders, and addresses such as <c>s3://bucket/prefix/</c>, below which sources may be named and results may be written.
    /// None by default: then sources are uploaded, and results are downloaded.
    /// </summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>
    /// Requests a second that one key may make (without keys: all callers together), twice as many at once; beyond,
    /// they are told to wait. 200 by default, enough for a dashboard in many browsers; 0: no limit.
    /// </summary>
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>
    /// Proxies whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are believed: addresses and networks. None by
    /// default: then limits, the audit log and cookies see the proxy. Who is named here can say to be anybody.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);
}
