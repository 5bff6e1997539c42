using WorkerFleet.Agents;
using WorkerFleet.Items;
using static WorkerFleet.Tests.AgentCore.DataPlane.DataPlaneServer;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

/// <summary>The table of docs/agents.md, row by row.</summary>
public sealed class FailureTableTests
{
    private const string Failed = "424 Failed Dependency";

    public static TheoryData<string, FailureRow> Rows => new()
    {
        { "session is provisioned or torn down", new(
            Error("409 Conflict", "RetryableConflictException"), FailureKind.Unavailable, Again: true) { Calls = 5 } },
        { "throttled", new(Error("429 Too Many Requests", "ThrottlingException"), FailureKind.Throttled, Again: true)
            { Wait = (1, 2) } },
        { "throttled, third attempt", new(
            Error("429 Too Many Requests", "ThrottlingException"), FailureKind.Throttled, Again: true)
            { Attempt = 3, Wait = (4, 8) } },
        { "throttled, tenth attempt", new(
            Error("429 Too Many Requests", "ThrottlingException"), FailureKind.Throttled, Again: true)
            { Attempt = 10, Wait = (60, 60) } },
        { "throttled by name alone", new(Error("400 Bad Request", "ThrottlingException"), FailureKind.Throttled, Again: true)
            { Wait = (1, 2) } },
        { "throttled, with Retry-After", new(
            Error("429 Too Many Requests", "ThrottlingException", headers: "Retry-After: 7\r\n"), FailureKind.Throttled,
            Again: true) { Wait = (7, 7) } },
        { "internal error", new(
            Error("500 Internal Server Error", "InternalServerException"), FailureKind.Unavailable, Again: true, Run: true)
            { Limit = 3, Wait = (5, 10) } },
        { "service unavailable", new(Answer("503 Service Unavailable"), FailureKind.Unavailable, Again: true, Run: true)
            { Limit = 3, Wait = (5, 10) } },
        { "gateway timeout, second attempt", new(
            Answer("504 Gateway Timeout"), FailureKind.Unavailable, Again: true, Run: true)
            { Attempt = 2, Limit = 3, Wait = (10, 20) } },
        { "unavailable, with Retry-After", new(
            Answer("503 Service Unavailable", headers: "Retry-After: 2\r\n"), FailureKind.Unavailable, Again: true, Run: true)
            { Limit = 3, Wait = (2, 2) } },
        { "reset after the request", new(Reset, FailureKind.Connection, Again: true, Run: true) { Limit = 3, Wait = (5, 10) } },
        { "health check failed", new(
            Error(Failed, "RuntimeClientError", "Runtime health check failed or timed out"), FailureKind.Unavailable,
            Again: true, Run: true) { Limit = 3, Wait = (10, 20), AgentWide = true } },
        { "initialization too long, as 403", new(
            Error("403 Forbidden", "RuntimeClientError", "Runtime initialization time exceeded"), FailureKind.Unavailable,
            Again: true, Run: true) { Limit = 3, Wait = (10, 20), AgentWide = true } },
        { "agent answered 5xx", new(
            Error(Failed, "RuntimeClientError", "Received error (500) from runtime. Please check your CloudWatch logs"),
            FailureKind.Unavailable, Again: true, Run: true) { Limit = 2 } },
        { "agent answered 408", new(
            Error(Failed, "RuntimeClientError", "Received error (408) from runtime"), FailureKind.Timeout, Again: true, Run: true)
            { Limit = 2 } },
        { "agent answered 429", new(
            Error(Failed, "RuntimeClientError", "Received error (429) from runtime"), FailureKind.Throttled, Again: true) },
        { "agent answered 413", new(
            Error(Failed, "RuntimeClientError", "Received error (413) from runtime"), FailureKind.InvalidInput) },
        { "agent answered 409", new(
            Error(Failed, "RuntimeClientError", "Received error (409) from runtime"), FailureKind.InvalidInput) },
        { "agent answered 401", new(
            Error(Failed, "RuntimeClientError", "Received error (401) from runtime"), FailureKind.Denied) },
        { "quota used up", new(
            Error("402 Payment Required", "ServiceQuotaExceededException", "maxVms limit exceeded"), FailureKind.Throttled,
            Again: true) { Wait = (60, 120), AgentWide = true } },
        { "quota used up, fifth attempt", new(
            Error("402 Payment Required", "ServiceQuotaExceededException"), FailureKind.Throttled, Again: true)
            { Attempt = 5, Wait = (300, 300), AgentWide = true } },
        { "no or bad token", new(
            Answer("401 Unauthorized", headers: "WWW-Authenticate: Bearer\r\n"), FailureKind.Denied) { AgentWide = true } },
        { "access denied", new(Error("403 Forbidden", "AccessDeniedException"), FailureKind.Denied) { AgentWide = true } },
        { "access denied, with another status", new(
            Error("400 Bad Request", "ExpiredTokenException"), FailureKind.Denied) { AgentWide = true } },
        { "invalid request", new(Error("400 Bad Request", "ValidationException"), FailureKind.InvalidInput) },
        { "no such runtime", new(Error("404 Not Found", "ResourceNotFoundException"), FailureKind.InvalidInput)
            { AgentWide = true } },
        { "404 of another kind", new(Answer("404 Not Found"), FailureKind.InvalidInput) },
        { "conflict of another kind", new(Error("409 Conflict", "ConflictException"), FailureKind.InvalidInput) },
        { "error event in a stream", new(
            Stream("event: error\ndata: {\"error\":\"m\"}\n\n"), FailureKind.AgentError, Again: true, Run: true) { Limit = 2 } },
        { "error event that may be tried again", new(
            Stream("event: error\ndata: {\"error\":\"m\",\"retryable\":true}\n\n"), FailureKind.AgentError, Again: true, Run: true) },
        { "error event that may not", new(
            Stream("event: error\ndata: {\"error\":\"m\",\"retryable\":false}\n\n"), FailureKind.AgentError, Run: true) },
        { "stream that ends early", new(Stream("data: 1\n\ndata: 2"), FailureKind.BadAnswer, Again: true, Run: true)
            { Limit = 2 } },
        { "stream without the done that is required", new(Stream("data: 1\n\n"), FailureKind.BadAnswer, Again: true, Run: true)
            { Limit = 2, RequireDone = true } },
        { "business failure", new(
            Ok("""{"status":"error","code":"E1","retryable":false}"""), FailureKind.AgentError, Run: true) },
        { "business failure that may pass", new(
            Ok("""{"status":"error","code":"E1","retryable":true}"""), FailureKind.AgentError, Again: true, Run: true) },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Invoke_Failure_IsClassified(string name, FailureRow row)
    {
        await using var server = Answering(row.Answer);

        var reply = await AgentCoreCall.InvokeAsync(
            server.Url, options => options.RequireDoneEvent = row.RequireDone, new ShortTime(), row.Attempt);

        var failure = reply.Failure!;
        Assert.True(failure is not null, name);
        Assert.Equal(
            (row.Kind, row.Again, row.Run, row.AgentWide, row.Limit),
            (failure.Kind, failure.Retryable, failure.MayHaveRun, failure.AgentWide, failure.AttemptLimit));
        if (row.Wait is { } wait)
            Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, wait.From, wait.To);
        else
            Assert.Null(failure.RetryAfter);
        Assert.Equal(row.Calls, server.Invocations.Count);
        Assert.StartsWith(
            "agent 'verifier' (runtime verifier-AbCd123456 in eu-central-1) ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_NobodyListens_IsTriedTwiceMoreAndCannotHaveRun()
    {
        var server = Answering(Ok());
        await server.DisposeAsync();
        var time = new ShortTime();

        var failure = (await AgentCoreCall.InvokeAsync(server.Url, time: time)).Failure!;

        Assert.Equal(
            (FailureKind.Connection, true, false, null, 2),
            (failure.Kind, failure.Retryable, failure.MayHaveRun, failure.AttemptLimit, time.Timers));
    }

    [Theory]
    [InlineData("Date: Sat, 21 Nov 2026 10:09:00 GMT\r\n", "this machine's clock is 9 min off")]
    [InlineData("Date: Sat, 21 Nov 2026 10:01:00 GMT\r\n", "see that key and secret belong together")]
    [InlineData("", "see that key and secret belong together")]
    public async Task Invoke_SignatureIsRefused_SaysWhyWithoutWhatAwsRepeatsOfTheRequest(string date, string expected)
    {
        await using var server = Answering(Error(
            "403 Forbidden", "InvalidSignatureException", "The Canonical String should have been x-amz-security-token:secret", date));

        var failure = (await AgentCoreCall.InvokeAsync(server.Url, time: new Fakes.ManualTime())).Failure!;

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Canonical", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Timeout_OfAnAttempt_MayBeTriedOnceMore()
    {
        using var agent = AgentCoreCall.Agent("http://127.0.0.1:9");

        Assert.Equal(2, ((IAgent)agent).TimeoutAttemptLimit);
    }

    private static string Stream(string events) => RawServer.Chunked("text/event-stream", events);

    /// <param name="Answer">Of the data plane.</param>
    /// <param name="Kind">Then.</param>
    /// <param name="Again">Whether it may be tried again.</param>
    /// <param name="Run">Whether it may have run.</param>
    public sealed record FailureRow(string Answer, FailureKind Kind, bool Again = false, bool Run = false)
    {
        public int Attempt { get; init; } = 1;

        /// <summary>In seconds.</summary>
        public (double From, double To)? Wait { get; init; }

        public bool AgentWide { get; init; }

        public int? Limit { get; init; }

        public bool RequireDone { get; init; }

        public int Calls { get; init; } = 1;
    }
}
