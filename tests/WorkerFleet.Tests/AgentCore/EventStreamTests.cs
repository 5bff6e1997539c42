using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.AgentCore;

public sealed class EventStreamTests
{
    [Theory]
    [InlineData("data: {\"chunk\":1}\n\ndata: {\"chunk\":2}\n\n", """{"events":[{"chunk":1},{"chunk":2}]}""")]
    [InlineData("data: {\"chunk\":1}\r\n\r\n", """{"events":[{"chunk":1}]}""")]
    [InlineData("data: \"Hel\"\n\ndata: \"lo \\u00fc\"\n\n", """{"text":"Hello ü"}""")]
    [InlineData("data: one \n\ndata: two\n\n", """{"text":"one two"}""")]
    [InlineData("data: \"a\"\n\ndata: {\"b\":1}\n\n", """{"events":["a",{"b":1}]}""")]
    [InlineData("data: {\"a\":\ndata: 1}\n\n", """{"events":[{"a": 1}]}""")]
    [InlineData(": keep-alive\n\ndata: 1\n\n: keep-alive\n\n", """{"events":[1]}""")]
    [InlineData("event: message_delta\nid: 3\ndata: 1\n\n", """{"events":[1]}""")]
    [InlineData("data: 1\n\nevent: done\ndata: {\"output\":\"whole\"}\n\ndata: 2\n\n", """{"output":"whole"}""")]
    [InlineData("data: 1\n\nevent: done\ndata: {}\n\n", """{"events":[1]}""")]
    [InlineData("data: \"a\"\n\ndata: [DONE]\n\n", """{"text":"a"}""")]
    [InlineData("event: done\ndata: null\n\n", """{"events":[]}""")]
    [InlineData("data: {\"error\":\"of the order, not of the agent\"}\n\n", """{"events":[{"error":"of the order, not of the agent"}]}""")]
    public async Task Invoke_Stream_IsOneAnswer(string stream, string expected)
    {
        await using var server = RawServer.Answering(RawServer.Chunked("text/event-stream; charset=utf-8", stream));

        var reply = await HttpCall.InvokeAsync(server.Url);

        Assert.Null(reply.Failure);
        Assert.Equal(expected, reply.Text());
    }

    [Theory]
    [InlineData("data: {\"usage\":{\"input_tokens\":1}}\n\ndata: {\"usage\":{\"input_tokens\":8,\"output_tokens\":3}}\n\n")]
    [InlineData("data: {\"usage\":{\"input_tokens\":8,\"output_tokens\":3}}\n\ndata: 1\n\ndata: [DONE]\n\n")]
    [InlineData("data: 1\n\nevent: done\ndata: {\"a\":1,\"usage\":{\"input_tokens\":8,\"output_tokens\":3}}\n\n")]
    [InlineData("data: {\"usage\":{\"input_tokens\":8,\"output_tokens\":3}}\n\nevent: error\ndata: {\"error\":\"no\"}\n\n")]
    public async Task Invoke_StreamThatTellsItsUsage_IsKnownByItsLastWord(string stream)
    {
        await using var server = RawServer.Answering(RawServer.Chunked("text/event-stream", stream));

        Assert.Equal(new AgentUsage(8, 3), (await HttpCall.InvokeAsync(server.Url)).Usage);
    }

    [Theory]
    [InlineData("event: error\ndata: {\"error\":\"on purpose\"}\n\n", true, "failed while it streamed: on purpose")]
    [InlineData("event: error\ndata: on purpose\n\n", true, "failed while it streamed: on purpose")]
    [InlineData("event: error\ndata: {\"error\":\"no\",\"retryable\":false}\n\n", false, "failed while it streamed: no")]
    [InlineData("data: {\"error\":\"boom\",\"error_type\":\"ValueError\",\"message\":\"during streaming\"}\n\n", true, "boom: during streaming")]
    [InlineData("data: {\"status\":\"error\",\"code\":\"E1\",\"retryable\":true}\n\n", true, "reported an error E1")]
    [InlineData("event: done\ndata: {\"status\":\"error\",\"message\":\"late\"}\n\n", false, "reported an error: late")]
    public async Task Invoke_StreamWithAnError_IsAnAgentError(string end, bool retryable, string expected)
    {
        await using var server = RawServer.Answering(
            RawServer.Chunked("text/event-stream", $"data: {{\"chunk\":1}}\n\n{end}"));

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal((FailureKind.AgentError, retryable, true), (failure.Kind, failure.Retryable, failure.MayHaveRun));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(": nothing\n\n", "without an event")]
    [InlineData("data: 1\n\ndata: 2\n", "in the middle of an event")]
    [InlineData("data: 1\n\ndata: {\"b\":", "in the middle of an event")]
    public async Task Invoke_StreamThatIsNotWhole_IsABadAnswer(string stream, string expected)
    {
        await using var server = RawServer.Answering(RawServer.Chunked("text/event-stream", stream));

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal((FailureKind.BadAnswer, true, true), (failure.Kind, failure.Retryable, failure.MayHaveRun));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_StreamOfLengthZero_IsABadAnswer()
    {
        await using var server = RawServer.Answering(RawServer.Answer("200 OK", "text/event-stream", ""));

        Assert.Equal(FailureKind.BadAnswer, (await HttpCall.InvokeAsync(server.Url)).Failure!.Kind);
    }

    [Theory]
    [InlineData("data: 1\n\n", false)]
    [InlineData("data: 1\n\nevent: done\ndata: {}\n\n", true)]
    public async Task Invoke_DoneRequired_FailsWithoutIt(string stream, bool succeeds)
    {
        await using var server = RawServer.Answering(RawServer.Chunked("text/event-stream", stream));

        var reply = await HttpCall.InvokeAsync(server.Url, configure: options => options.RequireDoneEvent = true);

        Assert.Equal(succeeds, reply.Failure is null);
        Assert.Equal(succeeds ? null : FailureKind.BadAnswer, reply.Failure?.Kind);
    }
}
