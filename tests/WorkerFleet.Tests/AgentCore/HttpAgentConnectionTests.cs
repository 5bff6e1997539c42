using System.Diagnostics;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.AgentCore;

public sealed class HttpAgentConnectionTests
{
    [Fact]
    public async Task Invoke_NobodyListens_CannotHaveRun()
    {
        var failure = (await HttpCall.InvokeAsync($"http://127.0.0.1:{LoopbackPorts.Free()}")).Failure!;

        AssertConnection(failure, mayHaveRun: false, "could not be reached: Connection refused");
    }

    [Fact]
    public async Task Invoke_TlsToAPlainServer_CannotHaveRun()
    {
        await using var server = RawServer.Start(
            exchange => exchange.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"));

        var failure = (await HttpCall.InvokeAsync(
            server.Url.Replace("http:", "https:", StringComparison.Ordinal))).Failure!;

        AssertConnection(failure, mayHaveRun: false, "could not be reached: ");
    }

    [Fact]
    public async Task Invoke_ResetAfterTheRequest_MayHaveRunAndIsNotSentAgain()
    {
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            exchange.Reset();
        });

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        AssertConnection(failure, mayHaveRun: true, "broke the connection: ");
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Invoke_ClosedWithoutAnAnswer_MayHaveRunAndIsNotSentAgain()
    {
        await using var server = RawServer.Answering("");

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        AssertConnection(failure, mayHaveRun: true, "broke the connection: ");
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Invoke_ReusedConnectionThatIsClosed_IsNotSentAgain()
    {
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            await exchange.WriteAsync(RawServer.Answer("200 OK", "application/json", "{}"));
            await exchange.ReadRequestAsync();
        });
        using var agent = HttpCall.Agent(server.Url);
        using var input = System.Text.Json.JsonDocument.Parse("{}");
        var call = new WorkerFleet.Agents.AgentCall(HttpCall.SessionId, Guid.Empty, 0, 1, input.RootElement);

        var first = await agent.InvokeAsync(call, CancellationToken.None);
        var second = await agent.InvokeAsync(call, CancellationToken.None);

        Assert.Null(first.Failure);
        AssertConnection(second.Failure!, mayHaveRun: true, "broke the connection: ");
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a\":1}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n")]
    public async Task Invoke_AnswerThatBreaksOff_MayHaveRun(string answer)
    {
        await using var server = RawServer.Answering(answer);

        AssertConnection(
            (await HttpCall.InvokeAsync(server.Url)).Failure!, mayHaveRun: true, "broke the connection: ");
    }

    [Theory]
    [InlineData("220 mail.example.com ESMTP\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n")]
    public async Task Invoke_AnswerThatIsNoHttp_IsABadAnswer(string answer)
    {
        await using var server = RawServer.Answering(answer);

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal(FailureKind.BadAnswer, failure.Kind);
        Assert.Contains("no HTTP", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\n\r\n{")]
    public async Task Invoke_CancelledWhileItWaits_Throws(string beginning)
    {
        var waiting = new TaskCompletionSource();
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            await exchange.WriteAsync(beginning);
            waiting.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Stopping);
        });
        using var cancellation = new CancellationTokenSource();
        var invocation = HttpCall.InvokeAsync(server.Url, cancellationToken: cancellation.Token);

        await waiting.Task;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
    }

    [Fact]
    public async Task Invoke_Request_IsThatOfTheContract()
    {
        var request = "";
        await using var server = RawServer.Start(async exchange =>
        {
            request = await exchange.ReadRequestAsync();
            await exchange.WriteAsync(RawServer.Answer("200 OK", "application/json", "{}"));
        });
        using var activity = new Activity("attempt").Start();

        await HttpCall.InvokeAsync(
            $"{server.Url}/base/?qualifier=DEFAULT", """{"name":"Grüße", "n": 1.0}""",
            options => options.Headers["Authorization"] = "Bearer token");

        var lines = request.Split("\r\n");
        Assert.Equal("POST /base/invocations?qualifier=DEFAULT HTTP/1.1", lines[0]);
        Assert.Contains("Content-Type: application/json", lines);
        Assert.Contains("Accept: application/json, text/event-stream", lines);
        Assert.Contains($"X-Amzn-Bedrock-AgentCore-Runtime-Session-Id: {HttpCall.SessionId}", lines);
        Assert.Contains("Authorization: Bearer token", lines);
        Assert.Contains(
            lines, line => line.StartsWith($"traceparent: 00-{activity.TraceId}-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("""{"name":"Grüße", "n": 1.0}""", lines[^1]);
    }

    private static void AssertConnection(ItemFailure failure, bool mayHaveRun, string message)
    {
        Assert.Equal((FailureKind.Connection, true, mayHaveRun), (failure.Kind, failure.Retryable, failure.MayHaveRun));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.StatusCode);
    }
}
