using System.Net;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What goes wrong between the store and DynamoDB, by chance that repeats for a seed.</summary>
/// <param name="seed">Of the chance.</param>
/// <param name="share">Share of requests that something happens to, 0 to 1.</param>
public sealed class DynamoFaults(int seed, double share) : HttpClientFactory
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _injected = [];

    /// <summary>How often each kind happened.</summary>
    public IReadOnlyDictionary<string, int> Injected => _injected;

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

    private string? Next(bool isBatch)
    {
        lock (_lock)
        {
            if (_random.NextDouble() >= share)
                return null;
            string[] kinds = ["throttled", "server error", "lost answer", "broken connection"];
            return isBatch && _random.Next(2) == 0 ? "part" : kinds[_random.Next(kinds.Length)];
        }
    }

    private void Count(string kind)
    {
        lock (_lock)
            _injected[kind] = _injected.GetValueOrDefault(kind) + 1;
    }

    private sealed class Handler(DynamoFaults faults) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var target = request.Headers.TryGetValues("X-Amz-Target", out var values) ? values.First() : "";
            var kind = faults.Next(target.EndsWith("BatchExecuteStatement", StringComparison.Ordinal));
            if (kind is null || target.EndsWith("Table", StringComparison.Ordinal))
                return await base.SendAsync(request, cancellationToken);
            switch (kind)
            {
                case "throttled":
                    faults.Count(kind);
                    return Answer(
                        HttpStatusCode.BadRequest, "ProvisionedThroughputExceededException", "The level was exceeded.");
                case "server error":
                    faults.Count(kind);
                    return Answer(HttpStatusCode.InternalServerError, "InternalServerError", "Internal error.");
                case "broken connection":
                    faults.Count(kind);
                    throw new HttpRequestException("The connection was broken before the request was sent.");
                case "lost answer":
                    faults.Count(kind);
                    using (await base.SendAsync(request, cancellationToken))
                        throw new HttpRequestException("The connection was broken before the answer came.");
                default:
                    return await RefusePartAsync(request, cancellationToken);
            }
        }

        /// <summary>Takes a part of a batch out before it is sent, and answers that it was throttled.</summary>
        private async Task<HttpResponseMessage> RefusePartAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            var statements = body["Statements"]!.AsArray();
            if (statements.Count < 2)
                return await base.SendAsync(request, cancellationToken);
            faults.Count("part");
            statements.RemoveAt(statements.Count - 1);
            // The emulator does not look at signatures, which no longer fit.
            var type = request.Content.Headers.ContentType;
            request.Content = new StringContent(body.ToJsonString());
            request.Content.Headers.ContentType = type;
            using var answer = await base.SendAsync(request, cancellationToken);
            var answered = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
            answered["Responses"]?.AsArray().Add(JsonNode.Parse(
                """{"Error":{"Code":"ProvisionedThroughputExceeded","Message":"The level was exceeded."}}"""));
            return new HttpResponseMessage(answer.StatusCode)
            {
                Content = new StringContent(answered.ToJsonString()),
                RequestMessage = request,
            };
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string type, string message) => new(status)
        {
            Content = new StringContent($$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{type}}","message":"{{message}}"}"""),
        };
    }
}
