using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AgentCore;

/// <summary>The HTTP agent against the runtime that AWS ships: what holds here holds in a container on AgentCore.</summary>
public sealed class AwsRuntimeTests(AwsRuntime runtime) : IClassFixture<AwsRuntime>
{
    [Theory]
    [InlineData("""{"mode":"sync","text":"Grüße"}""", $$"""{"output":"Grüße","sessionId":"{{HttpCall.SessionId}}"}""")]
    [InlineData("""{"mode":"slow","delayMs":50}""", $$"""{"output":"late","sessionId":"{{HttpCall.SessionId}}"}""")]
    [InlineData("""{"mode":"string","name":"Ada"}""", "\"Hello Ada!\"")]
    [InlineData("""{"mode":"stream","chunks":2}""", """{"events":[{"chunk":0},{"chunk":1}]}""")]
    [InlineData("""{"mode":"stream-words"}""", """{"text":"one two three"}""")]
    public async Task Invoke_GoodAnswer_IsTheOutput(string input, string expected)
    {
        var reply = await HttpCall.InvokeAsync(runtime.Url, input);

        Assert.Null(reply.Failure);
        Assert.Equal(expected, reply.Text());
    }

    [Fact]
    public async Task Invoke_HandlerThrows_IsUnavailable()
    {
        var failure = (await HttpCall.InvokeAsync(runtime.Url, """{"mode":"throw"}""")).Failure!;

        Assert.Equal(
            (FailureKind.Unavailable, true, true, 500),
            (failure.Kind, failure.Retryable, failure.MayHaveRun, failure.StatusCode));
    }

    [Fact]
    public async Task Invoke_HandlerThrowsWhileItStreams_IsAnAgentError()
    {
        var failure = (await HttpCall.InvokeAsync(runtime.Url, """{"mode":"stream-throw"}""")).Failure!;

        Assert.Equal((FailureKind.AgentError, true, true), (failure.Kind, failure.Retryable, failure.MayHaveRun));
        Assert.EndsWith("stream failed on purpose", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_DoneRequired_FailsAsTheRuntimeSendsNone()
    {
        var failure = (await HttpCall.InvokeAsync(
            runtime.Url, """{"mode":"stream"}""", options => options.RequireDoneEvent = true)).Failure!;

        Assert.Equal(FailureKind.BadAnswer, failure.Kind);
    }

    [Fact]
    public async Task Invoke_InputTooLargeForTheRuntime_IsInvalid()
    {
        var failure = (await HttpCall.InvokeAsync(
            runtime.Url, $$"""{"mode":"sync","text":"{{new string('x', 1_100_000)}}"}""")).Failure!;

        Assert.Equal((FailureKind.InvalidInput, false, 413), (failure.Kind, failure.Retryable, failure.StatusCode));
    }

    [Fact]
    public async Task Invoke_ConfiguredHeader_ReachesTheAgent()
    {
        var reply = await HttpCall.InvokeAsync(
            runtime.Url, """{"mode":"headers"}""",
            options => options.Headers["X-Amzn-Bedrock-AgentCore-Runtime-Custom-Team"] = "blue");

        Assert.Equal("""{"headers":{"x-amzn-bedrock-agentcore-runtime-custom-team":"blue"}}""", reply.Text());
    }

    [Fact]
    public async Task Probe_Running_IsWell()
    {
        using var agent = HttpCall.Agent(runtime.Url, time: new ManualTime());

        Assert.Null(await agent.ProbeAsync(CancellationToken.None));
    }
}
