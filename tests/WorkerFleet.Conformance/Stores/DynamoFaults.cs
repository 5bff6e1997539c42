using System.Net;
using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What goes wrong between the store and DynamoDB, by chance that repeats for a seed.</summary>
/// <param name="seed">Of the chance.</param>
/// <param name="share">Share of requests that something happens to, 0 to 1.</param>
public sealed class DynamoFaults(int seed, double share) : HttpClientFactory
{
    private const string Throttled = "throttled";
    private const string ServerError = "server error";
    private const string BrokenConnection = "broken connection";
    private const string LostAnswer = "lost answer";

    public const string NoAnswer = "no answer";

    /// <summary>What can happen to every request.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        [Throttled, ServerError, BrokenConnection, LostAnswer, NoAnswer];

    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _injected = [];
    private bool _isPast;

    /// <summary>An operation that no longer gets through once one of <see cref="After"/> has: as if the process died there.</summary>
    public string? Broken { get; init; }

    public string? After { get; init; }

    /// <summary>An operation whose first request is answered by nobody, for as long as the store waits.</summary>
    public string? Silent { get; init; }

    /// <summary>How often each kind happened.</summary>
    public IReadOnlyDictionary<string, int> Injected => _injected;

    /// <summary>The kind that can happen to requests of many parts: the last one is throttled, the others are done.</summary>
    public static string PartOf(string operation) => $"part of {operation}";

    public static AmazonDynamoDBClient ClientOf(Uri address, DynamoFaults faults) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonDynamoDBConfig
        {
            ServiceURL = address.ToString(),
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
            HttpClientFactory = faults,
        });

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new Handler(this)) { Timeout = Timeout.InfiniteTimeSpan };

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    /// <summary>
    /// What came least of what can happen to the request, so that each kind comes, whatever the seed; and the first request of many parts
    /// of its operation is not done whole, since there may be few.
    /// </summary>
    private string? Next(string? part)
    {
        lock (_lock)
        {
            if (share > 0 && part is not null && _injected.TryAdd(part, 1))
                return part;
            if (_random.NextDouble() >= share)
                return null;
            string[] kinds = [.. Kinds, .. part is null ? Array.Empty<string>() : [part]];
            _random.Shuffle(kinds);
            var kind = kinds.MinBy(each => _injected.GetValueOrDefault(each))!;
            _injected[kind] = _injected.GetValueOrDefault(kind) + 1;
            return kind;
        }
    }

    private bool IsFirst(string kind)
    {
        lock (_lock)
            return _injected.TryAdd(kind, 1);
    }

    private sealed class Handler(DynamoFaults faults) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var operation = request.Headers.TryGetValues("X-Amz-Target", out var values)
                ? values.First().Split('.')[^1]
                : "";
            if (operation.EndsWith("Table", StringComparison.Ordinal))
                return await base.SendAsync(request, cancellationToken);
            if (operation == faults.Broken && faults._isPast)
                throw new HttpRequestException("The connection is broken for good.");
            faults._isPast |= operation == faults.After;
            if (operation == faults.Silent && faults.IsFirst(NoAnswer))
                await Task.Delay(Timeout.Infinite, cancellationToken);
            var batch = await DynamoBatchRequest.ReadAsync(operation, request.Content!, cancellationToken);
            switch (faults.Next(batch is null ? null : PartOf(operation)))
            {
                case null:
                    return await base.SendAsync(request, cancellationToken);
                case Throttled:
                    return Answer(
                        HttpStatusCode.BadRequest, "ProvisionedThroughputExceededException", "The level was exceeded.");
                case ServerError:
                    return Answer(HttpStatusCode.InternalServerError, "InternalServerError", "Internal error.");
                case BrokenConnection:
                    throw new HttpRequestException("The connection was broken before the request was sent.");
                case LostAnswer:
                    using (await base.SendAsync(request, cancellationToken))
                        throw new HttpRequestException("The connection was broken before the answer came.");
                case NoAnswer:
                    // As when the store's time is over; that time itself would also be over for others on a busy machine.
                    using (await base.SendAsync(request, cancellationToken))
                        throw new TaskCanceledException("No answer came in time.");
                default:
                    // The emulator does not look at signatures, which no longer fit.
                    request.Content = batch!.WithoutLast();
                    using (var answer = await base.SendAsync(request, cancellationToken))
                        return new(answer.StatusCode)
                        {
                            Content = batch.RefuseLast(await answer.Content.ReadAsStringAsync(cancellationToken)),
                            RequestMessage = request,
                        };
            }
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string type, string message) => new(status)
        {
            Content = new StringContent($$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{type}}","message":"{{message}}"}"""),
        };
    }
}
