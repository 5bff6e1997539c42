using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.AgentCore;

public sealed class HttpAgentAnswerTests
{
    [Theory]
    [InlineData("application/json", """{"output":"Grüße"}""", """{"output":"Grüße"}""")]
    [InlineData("application/json; charset=utf-8", "[1,\r\n 2.50]", "[1,   2.50]")]
    [InlineData("application/problem+json", "true", "true")]
    [InlineData("APPLICATION/JSON", "\uFEFF{}", "{}")]
    [InlineData("text/plain", "say \"hi\"\n", """
        "say \"hi\"\n"
        """)]
    [InlineData("application/json", "Hello there!", "\"Hello there!\"")]
    [InlineData("application/json", "", "null")]
    [InlineData("application/json", """{"status":"error","of":"the order"}""", """{"status":"error","of":"the order"}""")]
    [InlineData("application/json", """{"a":"\ud83d\ude00"}""", """{"a":"\ud83d\ude00"}""")]
    public async Task Invoke_GoodAnswer_IsTheOutputOnOneLine(string contentType, string body, string expected)
    {
        var utf8 = Bytes(body);
        await using var server = RawServer.Answering(RawServer.Answer("200 OK", contentType, "").Replace(
            "Content-Length: 0", $"Content-Length: {utf8.Length}", StringComparison.Ordinal) + utf8);

        var reply = await HttpCall.InvokeAsync(server.Url);

        Assert.Null(reply.Failure);
        Assert.Equal(expected, reply.Text());
    }

    [Fact]
    public async Task Invoke_ReportedErrorThatTellsItsUsage_IsPaidForToo()
    {
        await using var server = RawServer.Answering(RawServer.Answer("200 OK", "application/json",
            """{"status":"error","message":"no","retryable":false,"meta":{"in":8},"cost_usd":0.01}"""));

        var reply = await HttpCall.InvokeAsync(
            server.Url, configure: options => options.Usage = new() { InputTokens = "/meta/in" });

        Assert.NotNull(reply.Failure);
        Assert.Equal(new AgentUsage(8, 0, 0.01m), reply.Usage);
    }

    [Fact]
    public async Task Invoke_NoContentType_TakesJson()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");

        Assert.Equal("{}", (await HttpCall.InvokeAsync(server.Url)).Text());
    }

    [Fact]
    public async Task Invoke_NoContent_IsNull()
    {
        await using var server = RawServer.Answering("HTTP/1.1 204 No Content\r\n\r\n");

        Assert.Equal("null", (await HttpCall.InvokeAsync(server.Url)).Text());
    }

    [Fact]
    public async Task Invoke_AnotherCharset_IsDecoded()
    {
        await using var server = RawServer.Answering(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 5\r\n\r\nGr\u00fc\u00dfe");

        Assert.Equal("\"Grüße\"", (await HttpCall.InvokeAsync(server.Url)).Text());
    }

    [Fact]
    public async Task Invoke_JsonThatEndsWithTheConnection_IsTakenWhenItIsWhole()
    {
        await using var server = RawServer.Answering("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}");

        Assert.Equal("""{"a":1}""", (await HttpCall.InvokeAsync(server.Url)).Text());
    }

    [Theory]
    [InlineData("application/json", """{"output":""", "invalid JSON: error at line 1, byte ")]
    [InlineData("application/json", """{"a":"\ud83d"}""", "lone surrogate")]
    [InlineData("application/json", "\"cut", "invalid JSON")]
    [InlineData("text/html", "<html>", "answered text/html; expected is JSON")]
    [InlineData("application/json; charset=klingon", "{}", "not in the encoding")]
    [InlineData("application/json", "{\"a\":\"\u00ff\"}", "not in the encoding")]
    public async Task Invoke_AnswerThatIsNone_IsABadAnswer(string contentType, string latin1Body, string expected)
    {
        await using var server = RawServer.Answering(
            $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nContent-Length: {latin1Body.Length}\r\n\r\n{latin1Body}");

        AssertBadAnswer(await HttpCall.InvokeAsync(server.Url), expected);
    }

    [Fact]
    public async Task Invoke_DeeplyNested_IsABadAnswer()
    {
        await using var server = RawServer.Answering(RawServer.Answer(
            "200 OK", "application/json", new string('[', 70) + new string(']', 70)));

        AssertBadAnswer(await HttpCall.InvokeAsync(server.Url), "nested deeper than 64 levels");
    }

    [Theory]
    [InlineData("text/plain", "part of a text", "without saying how long")]
    [InlineData("application/json", "", "ended its answer before it began")]
    [InlineData("application/json", "Hello th", "invalid JSON")]
    [InlineData("application/json", "12", "a bare value")]
    [InlineData("text/event-stream", "data: 1\n\n", "without an event 'done'")]
    public async Task Invoke_AnswerThatEndsWithTheConnection_CountsOnlyWhereACutWouldShow(
        string contentType, string body, string expected)
    {
        await using var server = RawServer.Answering($"HTTP/1.0 200 OK\r\nContent-Type: {contentType}\r\n\r\n{body}");

        AssertBadAnswer(await HttpCall.InvokeAsync(server.Url), expected);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json", false)]
    [InlineData("text/event-stream", true)]
    [InlineData("text/event-stream", false)]
    public async Task Invoke_MoreThanTheLimit_IsABadAnswerThatIsNotTriedAgain(string contentType, bool announced)
    {
        var body = contentType == "application/json"
            ? $"\"{new string('x', 60_000)}\""
            : $"data: {new string('x', 60_000)}\n\n";
        await using var server = RawServer.Answering(
            announced ? RawServer.Answer("200 OK", contentType, body) : RawServer.Chunked(contentType, body));

        var reply = await HttpCall.InvokeAsync(server.Url, configure: options => options.MaxOutputBytes = 50_000);

        AssertBadAnswer(reply, "more than 50000 bytes");
        Assert.False(reply.Failure!.Retryable);
    }

    [Theory]
    [InlineData("application/json", "\"")]
    [InlineData("text/event-stream", "data: ")]
    public async Task Invoke_AnswerThatNeverEnds_IsGivenUpAtTheLimit(string contentType, string beginning)
    {
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            await exchange.WriteAsync(
                $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\n\r\n{beginning}{new string('x', 60_000)}");
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Stopping);
        });

        var reply = await HttpCall.InvokeAsync(server.Url, configure: options => options.MaxOutputBytes = 50_000)
            .WaitAsync(TimeSpan.FromSeconds(30));

        AssertBadAnswer(reply, "more than 50000 bytes");
    }

    [Fact]
    public async Task Invoke_ExactlyTheLimit_IsTaken()
    {
        await using var server = RawServer.Answering(
            RawServer.Chunked("application/json", $"\"{new string('x', 49_998)}\""));

        var reply = await HttpCall.InvokeAsync(server.Url, configure: options => options.MaxOutputBytes = 50_000);

        Assert.Equal(50_000, reply.Output.Length);
    }

    [Theory]
    [InlineData("""{"status":"error","code":"E42","message":"no such street","retryable":false}""", false, "E42: no such street")]
    [InlineData("""{"status":"error","code":17,"retryable":true}""", true, "reported an error 17")]
    [InlineData("""{"status":"error","error":{"message":"nested"}}""", false, "nested")]
    public async Task Invoke_ReportedFailure_IsAnAgentErrorThatDecidesForItself(string body, bool retryable, string expected)
    {
        await using var server = RawServer.Answering(RawServer.Answer("200 OK", "application/json", body));

        var failure = (await HttpCall.InvokeAsync(server.Url)).Failure!;

        Assert.Equal((FailureKind.AgentError, retryable, true), (failure.Kind, failure.Retryable, failure.MayHaveRun));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    private static void AssertBadAnswer(WorkerFleet.Agents.AgentReply reply, string expected)
    {
        Assert.NotNull(reply.Failure);
        Assert.Equal(FailureKind.BadAnswer, reply.Failure.Kind);
        Assert.True(reply.Failure.MayHaveRun);
        Assert.Contains(expected, reply.Failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("agent 'verifier' at http://127.0.0.1:", reply.Failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The bytes of the text's UTF-8, each as a character, which is how the raw server sends them.</summary>
    private static string Bytes(string text) =>
        System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
