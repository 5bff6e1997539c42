using WorkerFleet.Items;

namespace WorkerFleet.Tests.AgentCore;

public sealed class HttpAgentStatusTests
{
    [Theory]
    [InlineData("400 Bad Request", FailureKind.InvalidInput, false, false)]
    [InlineData("401 Unauthorized", FailureKind.Denied, false, false)]
    [InlineData("402 Payment Required", FailureKind.Throttled, true, false)]
    [InlineData("403 Forbidden", FailureKind.Denied, false, false)]
    [InlineData("404 Not Found", FailureKind.InvalidInput, false, false)]
    [InlineData("406 Not Acceptable", FailureKind.InvalidInput, false, false)]
    [InlineData("408 Request Timeout", FailureKind.Timeout, true, true)]
    [InlineData("409 Conflict", FailureKind.Unavailable, true, false)]
    [InlineData("413 Content Too Large", FailureKind.InvalidInput, false, false)]
    [InlineData("415 Unsupported Media Type", FailureKind.InvalidInput, false, false)]
    [InlineData("422 Unprocessable Content", FailureKind.InvalidInput, false, false)]
    [InlineData("424 Failed Dependency", FailureKind.Unavailable, true, true)]
    [InlineData("429 Too Many Requests", FailureKind.Throttled, true, false)]
    [InlineData("500 Internal Server Error", FailureKind.Unavailable, true, true)]
    [InlineData("503 Service Unavailable", FailureKind.Unavailable, true, true)]
    [InlineData("504 Gateway Timeout", FailureKind.Unavailable, true, true)]
    [InlineData("302 Found", FailureKind.BadAnswer, false, false)]
    public async Task Invoke_ErrorStatus_SaysWhatItMeansForTheItem(
        string status, FailureKind kind, bool retryable, bool mayHaveRun)
    {
        await using var server = RawServer.Answering(
            RawServer.Answer(status, "application/json", """{"error":"on\npurpose"}""", "Location: /elsewhere\r\n"));

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal((kind, retryable, mayHaveRun), (failure.Kind, failure.Retryable, failure.MayHaveRun));
        Assert.Equal(int.Parse(status[..3], System.Globalization.CultureInfo.InvariantCulture), failure.StatusCode);
        Assert.StartsWith($"agent 'verifier' at {server.Url} answered {status}", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            status.StartsWith('3') ? "/elsewhere; redirects are not followed, configure the address itself" : ": on purpose",
            failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData("401 Unauthorized", true, null)]
    [InlineData("402 Payment Required", true, 60)]
    [InlineData("403 Forbidden", false, null)]
    [InlineData("404 Not Found", false, null)]
    [InlineData("424 Failed Dependency", true, null)]
    [InlineData("429 Too Many Requests", false, null)]
    [InlineData("503 Service Unavailable", false, null)]
    public async Task Invoke_ErrorStatus_IsOfTheAgentAsAWholeOnlyWhereItSaysNothingOfTheInput(
        string status, bool agentWide, int? shortestWait)
    {
        await using var server = RawServer.Answering(RawServer.Answer(status, "text/plain", ""));

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal((agentWide, null), (failure.AgentWide, failure.AttemptLimit));
        Assert.Equal(shortestWait is null, failure.RetryAfter is null);
        if (shortestWait is { } seconds)
            Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, seconds, 2 * seconds);
    }

    [Theory]
    [InlineData("Received error (500) from runtime. Please check your logs", FailureKind.Unavailable, true)]
    [InlineData("Received error (429) from runtime", FailureKind.Throttled, true)]
    [InlineData("Received error (408) from runtime", FailureKind.Timeout, true)]
    [InlineData("Received error (422) from runtime", FailureKind.InvalidInput, false)]
    [InlineData("Runtime health check failed or timed out", FailureKind.Unavailable, true)]
    public async Task Invoke_FailureOfTheContainer_IsJudgedByItsOwnStatus(string message, FailureKind kind, bool retryable)
    {
        foreach (var status in new[] { "424 Failed Dependency", "403 Forbidden" })
        {
            await using var server = RawServer.Answering(RawServer.Answer(
                status, "application/json", $$"""{"message":"{{message}}"}""",
                "x-amzn-ErrorType: RuntimeClientError:http://internal.amazon.com/\r\n"));

            var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

            Assert.Equal((kind, retryable), (failure.Kind, failure.Retryable));
        }
    }

    [Theory]
    [InlineData("x-amzn-ErrorType: ConflictException\r\n", "{}", false)]
    [InlineData("", """{"__type":"com.amazon#ConflictException"}""", false)]
    [InlineData("x-amzn-ErrorType: RetryableConflictException\r\n", "{}", true)]
    public async Task Invoke_Conflict_IsTriedAgainUnlessItIsOfAnotherKind(string header, string body, bool retryable)
    {
        await using var server = RawServer.Answering(RawServer.Answer("409 Conflict", "application/json", body, header));

        Assert.Equal(retryable, (await HttpCall.InvokeAsync(server.Url)).Failure!.Retryable);
    }

    [Theory]
    [InlineData("429 Too Many Requests", "Retry-After: 7\r\n", 7)]
    [InlineData("429 Too Many Requests", "Retry-After: Sat, 21 Nov 2026 12:00:30 GMT\r\n", 30)]
    [InlineData("429 Too Many Requests", "Retry-After: Sat, 21 Nov 2026 11:00:00 GMT\r\n", null)]
    [InlineData("429 Too Many Requests", "Retry-After: 999999\r\n", 3600)]
    [InlineData("429 Too Many Requests", "Retry-After: soon\r\n", null)]
    [InlineData("503 Service Unavailable", "Retry-After: 5\r\n", 5)]
    [InlineData("429 Too Many Requests", "", null)]
    [InlineData("400 Bad Request", "Retry-After: 5\r\n", null)]
    public async Task Invoke_RetryAfter_IsSecondsOrADate(string status, string header, int? seconds)
    {
        await using var server = RawServer.Answering(RawServer.Answer(status, "text/plain", "", header));

        var failure = (await HttpCall.InvokeAsync(server.Url, time: new Noon())).Failure!;

        Assert.Equal(seconds, failure.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("application/json", """{"message":"m"}""", ": m")]
    [InlineData("application/json", """{"Message":"m"}""", ": m")]
    [InlineData("application/json", """{"detail":"m"}""", ": m")]
    [InlineData("application/json", """{"error":{"message":"m","code":1}}""", ": m")]
    [InlineData("application/json", """{"error":"Bad Request","message":"m"}""", ": Bad Request: m")]
    [InlineData("application/json", "\"m\"", ": m")]
    [InlineData("application/json", "[]", "Bad Request")]
    [InlineData("application/json", "not json", ": not json")]
    [InlineData("text/plain", "  m\r\n", ": m")]
    [InlineData("text/html", "<html>…", "Bad Request")]
    public async Task Invoke_ErrorBody_IsShownWhereItSaysSomething(string contentType, string body, string end)
    {
        await using var server = RawServer.Answering(RawServer.Answer("400 Bad Request", contentType, body));

        Assert.EndsWith(end, (await HttpCall.InvokeAsync(server.Url)).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_HugeErrorBody_IsReadInPartAndCut()
    {
        await using var server = RawServer.Answering(RawServer.Answer(
            "500 Internal Server Error", "application/json", $$"""{"error":"{{new string('e', 10_000)}}"}"""));
        await using var larger = RawServer.Answering(RawServer.Answer(
            "500 Internal Server Error", "application/json", $$"""{"error":"{{new string('e', 1_000_000)}}"}"""));

        Assert.Equal(
            ItemFailure.MaxMessageLength, (await HttpCall.InvokeAsync(server.Url)).Failure!.Message.Length);
        Assert.InRange((await HttpCall.InvokeAsync(larger.Url)).Failure!.Message.Length, 300, 500);
    }

    [Fact]
    public async Task Invoke_ErrorBodyThatBreaksOff_KeepsTheStatus()
    {
        await using var server = RawServer.Answering(
            "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 100\r\n\r\n{\"error\":");

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal((FailureKind.Throttled, 429), (failure.Kind, failure.StatusCode));
    }

    [Fact]
    public async Task Invoke_AddressWithQuery_IsShownWithoutIt()
    {
        await using var server = RawServer.Answering(RawServer.Answer("400 Bad Request", "text/plain", ""));

        var failure = (await HttpCall.InvokeAsync($"{server.Url}/base/?key=secret")).Failure!;

        Assert.Equal($"agent 'verifier' at {server.Url}/base answered 400 Bad Request", failure.Message);
    }

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    }
}
