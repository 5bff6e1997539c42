using System.Collections.Concurrent;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

/// <summary>Stands in for the data plane: answers each operation by what a test says, and keeps what came.</summary>
internal sealed class DataPlaneServer : IAsyncDisposable
{
    private readonly RawServer _server;
    private readonly ConcurrentQueue<string> _requests = new();

    private DataPlaneServer(Func<int, string, string> answer) => _server = RawServer.StartConcurrent(async exchange =>
    {
        var request = await exchange.ReadRequestAsync();
        _requests.Enqueue(request);
        var text = answer(IsStop(request) ? Stops.Count : Invocations.Count, request);
        if (text == Reset)
            exchange.Reset();
        else if (text == Silence)
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Stopping);
        else
            await exchange.WriteAsync(text);
    });

    /// <summary>Instead of an answer: breaks the connection.</summary>
    public const string Reset = "reset";

    /// <summary>Instead of an answer: none, ever.</summary>
    public const string Silence = "silence";

    public string Url => _server.Url;

    public IReadOnlyList<string> Invocations => [.. _requests.Where(request => !IsStop(request))];

    public IReadOnlyList<string> Stops => [.. _requests.Where(IsStop)];

    /// <param name="answer">To invocations, by their number, from 1. Stops are answered with 200.</param>
    public static DataPlaneServer Answering(Func<int, string> answer) =>
        new((number, request) => IsStop(request) ? Ok() : answer(number));

    public static DataPlaneServer Answering(string answer) => Answering(_ => answer);

    /// <param name="answer">To all requests, by their number among those of the operation, from 1.</param>
    public static DataPlaneServer AnsweringAll(Func<int, string, string> answer) => new(answer);

    public static bool IsStop(string request) =>
        request.Split(' ')[1].Contains("/stopruntimesession", StringComparison.Ordinal);

    public static string Ok(string json = "{}") => Answer("200 OK", json);

    public static string Answer(string status, string json = "{}", string headers = "") =>
        RawServer.Answer(status, "application/json", json, $"Connection: close\r\n{headers}");

    /// <summary>An error as AWS names it.</summary>
    public static string Error(string status, string type, string message = "on purpose", string headers = "") => Answer(
        status, $$"""{"message":"{{message}}"}""", $"x-amzn-ErrorType: {type}:http://internal.amazon.com/\r\n{headers}");

    public static string HeaderOf(string request, string name) => request
        .Split("\r\n\r\n")[0].Split("\r\n")
        .FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
