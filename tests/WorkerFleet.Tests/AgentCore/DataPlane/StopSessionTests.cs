using System.Text.Json;
using WorkerFleet.AgentCore;
using WorkerFleet.Tests.Fakes;
using static WorkerFleet.Tests.AgentCore.DataPlane.DataPlaneServer;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

public sealed class StopSessionTests
{
    public static TheoryData<string, bool> Answers => new()
    {
        { Ok(), true },
        { Ok("""{"status":"error","code":"E1"}"""), true },
        { Answer("500 Internal Server Error"), true },
        { Reset, true },
        { Error("424 Failed Dependency", "RuntimeClientError", "Received error (422) from runtime"), true },
        { Error("429 Too Many Requests", "ThrottlingException"), false },
        { Error("402 Payment Required", "ServiceQuotaExceededException"), false },
        { Error("403 Forbidden", "AccessDeniedException"), false },
        { Error("400 Bad Request", "ValidationException"), false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Invoke_AttemptEnded_StopsTheSessionThatItMayHave(string answer, bool stopped)
    {
        await using var server = Answering(answer);

        await AgentCoreCall.InvokeAsync(server.Url, options => options.StopSession = true, new ManualTime());

        Assert.Equal(stopped ? 1 : 0, server.Stops.Count);
        if (stopped)
            Assert.Equal(
                HttpCall.SessionId, HeaderOf(server.Stops[0], "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"));
    }

    [Theory]
    [InlineData("""{"status":"started"}""", false)]
    [InlineData("""{"status":"error","code":"E1"}""", true)]
    public async Task Invoke_AgentInTheBackground_KeepsTheSessionOfWhatItAccepted(string answer, bool stopped)
    {
        await using var server = Answering(Ok(answer));

        await AgentCoreCall.InvokeAsync(server.Url, options => (options.StopSession, options.Async) = (true, true), new ManualTime());

        Assert.Equal(stopped ? 1 : 0, server.Stops.Count);
    }

    [Fact]
    public async Task Invoke_Callback_IsHandedOnAndItsTokenShownToNobody()
    {
        await using var server = Answering(
            Answer("400 Bad Request", """{"message":"cannot call back with token-0123456789"}"""));
        using var agent = AgentCoreCall.Agent(server.Url);

        var reply = await agent.InvokeAsync(
            AgentCoreCall.Call() with { Callback = new(new Uri("http://fleet:8090/callbacks"), "token-0123456789") },
            CancellationToken.None);

        var request = server.Invocations.Single();
        Assert.Equal(
            ("http://fleet:8090/callbacks", "token-0123456789"),
            (HeaderOf(request, AgentHeaders.CallbackUrl), HeaderOf(request, AgentHeaders.CallbackToken)));
        Assert.EndsWith("cannot call back with ***", reply.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_SameSessionTwice_StopsItTwice()
    {
        await using var server = Answering(Ok());
        using var agent = AgentCoreCall.Agent(server.Url, options => options.StopSession = true, new ManualTime());

        await agent.InvokeAsync(AgentCoreCall.Call(), CancellationToken.None);
        await agent.InvokeAsync(AgentCoreCall.Call(), CancellationToken.None);

        Assert.Equal(2, server.Stops.Select(TokenOf).Distinct().Count());
        Assert.All(server.Stops, request => Assert.InRange(TokenOf(request).Length, 33, 256));
    }

    [Fact]
    public async Task Invoke_Cancelled_StopsTheSessionAndThrows()
    {
        var invoked = new TaskCompletionSource();
        await using var server = AnsweringAll((_, request) =>
        {
            if (IsStop(request))
                return Ok();
            invoked.TrySetResult();
            return Silence;
        });
        using var cancellation = new CancellationTokenSource();
        var invocation = AgentCoreCall.InvokeAsync(
            server.Url, options => options.StopSession = true, new ManualTime(), cancellationToken: cancellation.Token);

        await invoked.Task;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
        Assert.Single(server.Stops);
    }

    [Fact]
    public async Task Invoke_StopIsRefused_KeepsTheAnswer()
    {
        await using var server = AnsweringAll((_, request) =>
            IsStop(request) ? Error("403 Forbidden", "AccessDeniedException") : Ok("""{"output":1}"""));

        var reply = await AgentCoreCall.InvokeAsync(server.Url, options => options.StopSession = true, new ManualTime());

        Assert.Equal("""{"output":1}""", reply.Text());
        Assert.Single(server.Stops);
    }

    [Fact]
    public async Task Invoke_StopGetsNoAnswer_KeepsTheAnswerAndWaitsNoLongerThanTheLimit()
    {
        await using var server = AnsweringAll((_, request) => IsStop(request) ? Silence : Ok("""{"output":1}"""));

        var reply = await AgentCoreCall.InvokeAsync(server.Url, options => options.StopSession = true, new ShortTime())
            .WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("""{"output":1}""", reply.Text());
    }

    private static string TokenOf(string request)
    {
        using var body = JsonDocument.Parse(request.Split("\r\n\r\n")[1]);
        return body.RootElement.GetProperty("clientToken").GetString()!;
    }
}
