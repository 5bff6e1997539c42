using System.Net;
using Amazon.Runtime;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>
/// Connections that are made anew from time to time, so that a change of SQS's addresses is seen, and answers that have
/// come whole, within the limit of the try, before the SDK reads them: it reads without waiting asynchronously, and
/// without a limit.
/// </summary>
internal sealed class SqsHttpClientFactory(TimeSpan connectTimeout) : HttpClientFactory
{
    /// <summary>Ten messages of 1 MiB, every byte escaped in six characters.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    /// <summary>Of one server; requests beyond that wait within their own limit.</summary>
    private const int MaxConnections = 256;

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Shorter than servers keep an idle connection, so that they seldom close one that is about to be used.
    /// </summary>
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromSeconds(15);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = connectTimeout,
            MaxConnectionsPerServer = MaxConnections,
            PooledConnectionIdleTimeout = IdleLifetime,
            PooledConnectionLifetime = ConnectionLifetime,
            UseCookies = false,
        };
        if (clientConfig.GetWebProxy() is { } proxy)
            handler.Proxy = proxy;
        // Each try has a limit of its own.
        return new HttpClient(new BufferingHandler(handler)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private sealed class BufferingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            try
            {
                await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
