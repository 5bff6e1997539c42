using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Client;

public sealed class SqsClientTests
{
    private const string Sent = """{"Successful":[{"Id":"0","MessageId":"m"}],"Failed":null}""";

    [Theory]
    [InlineData("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender")]
    [InlineData("ReceiptHandleIsInvalid", null)]
    [InlineData("MessageNotInflight", null)]
    [InlineData("OverLimit", null)]
    [InlineData("QueueDeletedRecently", null)]
    [InlineData("QueueNameExists", null)]
    [InlineData("AccessDeniedException", null)]
    [InlineData("ExpiredToken", null)]
    public async Task Send_Refused_FailsAtOnceAndSaysWhy(string code, string? query)
    {
        await using var server = SqsServer.Answering(SqsServer.Error("400 Bad Request", code, query));
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<SqsException>(() => SendAsync(client, server));

        Assert.Single(server.Requests);
        Assert.Equal(
            $"Amazon SQS: SendMessageBatch on 'orders' failed: {code} (400): on purpose.", exception.Message);
        Assert.Equal(
            (code, "request-7", ErrorType.Sender), (exception.ErrorCode, exception.RequestId, exception.ErrorType));
        Assert.Equal(
            (code is "QueueDoesNotExist", code is "QueueDeletedRecently", code is "OverLimit",
                code is "QueueNameExists",
                code is "ReceiptHandleIsInvalid" or "MessageNotInflight"),
            (exception.IsQueueMissing, exception.IsQueueDeletedRecently, exception.IsOverLimit,
                exception.IsQueueNameTaken,
                exception.IsReceiptHandleInvalid));
        Assert.False(exception.IsTransient);
        Assert.Equal(new SqsOperationUsage(1, 1, 0, 0, 0), client.Usage.Total);
    }

    [Theory]
    [InlineData("400 Bad Request", "RequestThrottled", true)]
    [InlineData("403 Forbidden", "RequestThrottled", true)]
    [InlineData("400 Bad Request", "ThrottlingException", true)]
    [InlineData("400 Bad Request", "KmsThrottled", true)]
    [InlineData("500 Internal Server Error", "InternalError", false)]
    [InlineData("503 Service Unavailable", "ServiceUnavailable", false)]
    public async Task Send_ThrottledOrFailedByTheServer_IsTriedAgain(string status, string code, bool isThrottled)
    {
        await using var server = SqsServer.Answering(
            number => number == 1 ? SqsServer.Error(status, code) : SqsServer.Ok(Sent));
        using var client = server.Client();

        var result = await SendAsync(client, server);

        Assert.Equal("m", Assert.Single(result.Successful).MessageId);
        Assert.Empty(result.Failed);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(
            new SqsOperationUsage(2, isThrottled ? 0 : 1, isThrottled ? 1 : 0, 1, 0),
            client.Usage.Snapshot()["SendMessageBatch"]);
    }

    [Fact]
    public async Task Send_ThrottledForGood_FailsAfterTheLastAttempt()
    {
        await using var server = SqsServer.Answering(SqsServer.Error("400 Bad Request", "RequestThrottled"));
        using var client = server.Client(maxAttempts: 4);

        var exception = await Assert.ThrowsAsync<SqsException>(() => SendAsync(client, server));

        Assert.True(exception is { IsThrottled: true, IsTransient: true });
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(new SqsOperationUsage(4, 0, 4, 0, 0), client.Usage.Total);
    }

    [Fact]
    public async Task Send_PageOfAProxy_IsTriedAgainAndQuoted()
    {
        await using var server = SqsServer.Answering(
            SqsServer.Answer("502 Bad Gateway", "<html>\r\n<h1>502</h1></html>", contentType: "text/html"));
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<SqsException>(() => SendAsync(client, server));

        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(
            "Amazon SQS: SendMessageBatch on 'orders' failed: BadGateway (502): <html> <h1>502</h1></html>.",
            exception.Message);
    }

    [Theory]
    [InlineData("""{"Successful":[{"Id":"0","Mess""")]
    [InlineData("<html>Sign in to the hotel's network</html>")]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"Successful":[{"Id":7}]}""")]
    public async Task Send_AnswerThatIsNone_FailsAsBroken(string body)
    {
        await using var server = SqsServer.Answering(SqsServer.Ok(body));
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<SqsException>(() => SendAsync(client, server));

        Assert.Equal(SqsException.BrokenAnswer, exception.ErrorCode);
        Assert.StartsWith(
            "Amazon SQS: SendMessageBatch on 'orders' failed: the answer is not SQS's: ", exception.Message,
            StringComparison.Ordinal);
        Assert.True(exception.IsTransient);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Send_BrokenAnswerOnce_IsTriedAgain()
    {
        await using var server = SqsServer.Answering(number => SqsServer.Ok(number == 1 ? "{" : Sent));
        using var client = server.Client();

        Assert.Single((await SendAsync(client, server)).Successful);
    }

    [Theory]
    [InlineData(SqsServer.Reset)]
    [InlineData("half")]
    public async Task Send_BrokenConnection_IsTriedAgainAndThenFailsAsSuch(string how)
    {
        await using var server = SqsServer.Answering(
            how is SqsServer.Reset ? how : SqsServer.Begun("""{"Successful":["""));
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<SqsException>(() => SendAsync(client, server));

        Assert.Equal(SqsException.ConnectionFailed, exception.ErrorCode);
        Assert.StartsWith(
            "Amazon SQS: SendMessageBatch on 'orders' failed: ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(new SqsOperationUsage(3, 3, 0, 0, 0), client.Usage.Total);
    }

    [Fact]
    public async Task Send_NobodyListens_FailsAsConnection()
    {
        var server = SqsServer.Answering(SqsServer.Reset);
        using var client = server.Client();
        await server.DisposeAsync();

        var exception = await Assert.ThrowsAsync<SqsException>(() => SendAsync(client, server));

        Assert.Equal(SqsException.ConnectionFailed, exception.ErrorCode);
        Assert.True(exception.IsTransient);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Successful\":[")]
    public async Task Send_HungAnswer_IsGivenUpAndTriedAgain(string begun)
    {
        var time = new ManualTime();
        await using var server = SqsServer.Answering(
            number => number < 3 ? $"{begun}{SqsServer.Silence}" : SqsServer.Ok(Sent));
        using var client = server.Client(time);

        var sent = SendAsync(client, server);
        for (var number = 1; number < 3; number++)
        {
            await Eventually.IsTrueAsync(() => server.Requests.Count == number);
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Single((await sent).Successful);
        Assert.Equal(2, client.Usage.Total.Errors);
    }

    [Fact]
    public async Task Send_HungForGood_FailsAsTimeout()
    {
        var time = new ManualTime();
        await using var server = SqsServer.Answering(SqsServer.Silence);
        using var client = server.Client(time, maxAttempts: 1);

        var sent = SendAsync(client, server);
        await Eventually.IsTrueAsync(() => server.Requests.Count == 1);
        time.Advance(TimeSpan.FromSeconds(10));

        var exception = await Assert.ThrowsAsync<SqsException>(() => sent);
        Assert.Equal(SqsException.TimedOut, exception.ErrorCode);
        Assert.Equal("Amazon SQS: SendMessageBatch on 'orders' failed: no answer within 10 s.", exception.Message);
    }

    [Fact]
    public async Task Receive_LongPoll_OutlivesTheRequestTimeout()
    {
        var time = new ManualTime();
        var mayAnswer = new ManualResetEventSlim();
        await using var server = SqsServer.Answering(_ =>
        {
            mayAnswer.Wait(TimeSpan.FromMinutes(1));
            return SqsServer.Ok("{}");
        });
        using var client = server.Client(time);

        var received = client.ReceiveMessageAsync(
            new() { QueueUrl = server.QueueUrl, WaitTimeSeconds = 20 }, CancellationToken.None);
        await Eventually.IsTrueAsync(() => server.Requests.Count == 1);
        time.Advance(TimeSpan.FromSeconds(29));
        mayAnswer.Set();

        Assert.Empty(await received);
        Assert.Equal(new SqsOperationUsage(1, 0, 0, 0, 1), client.Usage.Snapshot()["ReceiveMessage"]);
    }

    [Fact]
    public async Task Receive_Cancelled_EndsAtOnce()
    {
        await using var server = SqsServer.Answering(SqsServer.Silence);
        using var client = server.Client();
        using var cancellation = new CancellationTokenSource();

        var received = client.ReceiveMessageAsync(new() { QueueUrl = server.QueueUrl }, cancellation.Token);
        await Eventually.IsTrueAsync(() => server.Requests.Count == 1);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => received);
        Assert.Single(server.Requests);
        Assert.Equal(new SqsOperationUsage(1, 0, 0, 0, 0), client.Usage.Total);
    }

    [Fact]
    public async Task GetQueueUrl_AnswerWithoutOne_FailsAsBroken()
    {
        await using var server = SqsServer.Answering(SqsServer.Ok("{}"));
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<SqsException>(
            () => client.GetQueueUrlAsync("orders", CancellationToken.None));

        Assert.Equal("Amazon SQS: GetQueueUrl on 'orders' failed: the answer names no queue.", exception.Message);
    }

    [Fact]
    public async Task Send_BodyWithQuotesAndUmlauts_IsNotEscapedMoreThanNeeded()
    {
        await using var server = SqsServer.Answering(SqsServer.Ok(Sent));
        using var client = server.Client();

        await client.SendMessageBatchAsync(
            server.QueueUrl, [new() { Id = "0", MessageBody = """{"name":"Grüße"}""" }], CancellationToken.None);

        Assert.EndsWith(
            ""","Entries":[{"Id":"0","MessageBody":"{\"name\":\"Grüße\"}"}]}""", server.Requests[0],
            StringComparison.Ordinal);
    }

    private static Task<BatchResult> SendAsync(SqsClient client, SqsServer server) => client.SendMessageBatchAsync(
        server.QueueUrl, [new() { Id = "0", MessageBody = "hello" }], CancellationToken.None);
}
