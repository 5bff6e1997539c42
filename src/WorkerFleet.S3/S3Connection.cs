using Amazon.S3;

namespace WorkerFleet.S3;

/// <summary>The process's client of S3, made when something first needs it: most commands never do.</summary>
public sealed class S3Connection : IDisposable
{
    private readonly Lazy<IAmazonS3> _client;

    public S3Connection(S3Options options) => _client = new(() => S3Clients.Create(options));

    /// <param name="client">To use instead of one made from options; belongs to this from now on.</param>
    public S3Connection(IAmazonS3 client) => _client = new(client);

    /// <exception cref="S3Exception">No region is configured.</exception>
    public IAmazonS3 Client => _client.Value;

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
