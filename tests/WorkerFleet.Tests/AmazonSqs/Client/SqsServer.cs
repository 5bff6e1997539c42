using System.Collections.Concurrent;
using System.Text;
using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Tests.AgentCore;

namespace WorkerFleet.Tests.AmazonSqs.Client;

/// <summary>Stands in for SQS: answers by what a test says, and keeps what came.</summary>
internal sealed class SqsServer : IAsyncDisposable
{
    /// <summary>Instead of an answer: breaks the connection.</summary>
    public const string Reset = "reset";

    /// <summary>Instead of an answer: none, ever.</summary>
    public const string Silence = "silence";

    private readonly RawServer _server;
    private readonly ConcurrentQueue<string> _requests = new();

    private SqsServer(Func<int, string> answer) => _server = RawServer.StartConcurrent(async exchange =>
    {
        var request = await exchange.ReadRequestAsync();
        _requests.Enqueue(request);
        var text = answer(_requests.Count);
        if (text == Reset)
        {
            exchange.Reset();
            return;
        }

        var isSilent = text.EndsWith(Silence, StringComparison.Ordinal);
        await exchange.WriteAsync(isSilent ? text[..^Silence.Length] : text);
        if (isSilent)
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Stopping);
    });

    public IReadOnlyList<string> Requests => [.. _requests];

    /// <param name="answer">By the number of the request, from 1.</param>
    public static SqsServer Answering(Func<int, string> answer) => new(answer);

    public static SqsServer Answering(string answer) => new(_ => answer);

    public static string Ok(string json) => Answer("200 OK", json);

    public static string Answer(
        string status, string body, string headers = "", string contentType = "application/x-amz-json-1.0") =>
        RawServer.Answer(status, contentType, body, $"Connection: close\r\nx-amzn-RequestId: request-7\r\n{headers}");

    public static string Error(string status, string code, string? query = null) => Answer(
        status, $$"""{"__type":"com.amazonaws.sqs#{{code}}","message":"on purpose."}""",
        query is null ? "" : $"x-amzn-query-error: {query}\r\n");

    /// <summary>Head of an answer whose body is longer than what follows.</summary>
    public static string Begun(string body) =>
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n" +
        $"Content-Length: {Encoding.UTF8.GetByteCount(body) + 10}\r\n\r\n{body}";

    public string QueueUrl => $"{_server.Url}/123456789012/orders";

    public SqsClient Client(TimeProvider? time = null, int maxAttempts = 3) => new(
        new BasicAWSCredentials("AKIDEXAMPLE", "secret"),
        new()
        {
            Region = "eu-central-1", ServiceUrl = new Uri(_server.Url), MaxAttempts = maxAttempts,
            RetryDelay = TimeSpan.Zero,
        },
        time ?? TimeProvider.System);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
