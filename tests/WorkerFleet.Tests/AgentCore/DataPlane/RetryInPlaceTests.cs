using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;
using static WorkerFleet.Tests.AgentCore.DataPlane.DataPlaneServer;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

public sealed class RetryInPlaceTests
{
    private static readonly string Conflict = Error("409 Conflict", "RetryableConflictException");

    [Fact]
    public async Task Invoke_SessionIsBeingSetUp_SucceedsInTheSameSession()
    {
        await using var server = Answering(number => number <= 3 ? Conflict : Ok("""{"output":1}"""));

        var reply = await AgentCoreCall.InvokeAsync(server.Url, time: new ShortTime());

        Assert.Equal("""{"output":1}""", reply.Text());
        Assert.Equal(
            Enumerable.Repeat(HttpCall.SessionId, 4),
            server.Invocations.Select(request => HeaderOf(request, "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id")));
    }

    [Fact]
    public async Task Invoke_CancelledBetweenTwoTries_Throws()
    {
        var time = new ManualTime();
        using var cancellation = new CancellationTokenSource();
        await using var server = Answering(_ =>
        {
            // The pause that follows never ends by itself.
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(200));
            return Conflict;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AgentCoreCall.InvokeAsync(
            server.Url, time: time, cancellationToken: cancellation.Token));

        Assert.Single(server.Invocations);
    }

    [Theory]
    [InlineData("short", "has 5 characters; AgentCore takes 33 to 100")]
    [InlineData("b-0193b1f2a3c47d5e8f90a1b2c3d4e5f6/0000000007", "other characters than letters")]
    [InlineData("-b0193b1f2a3c47d5e8f90a1b2c3d4e5f6-0000000007", "other characters than letters")]
    public async Task Invoke_SessionIdThatAwsWouldRefuse_IsNotSent(string session, string expected)
    {
        await using var server = Answering(Ok());

        var failure = (await AgentCoreCall.InvokeAsync(server.Url, session: session)).Failure!;

        Assert.Equal((FailureKind.InvalidInput, false), (failure.Kind, failure.Retryable));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Empty(server.Invocations);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(100)]
    public async Task Invoke_ShortestAndLongestSessionId_IsSent(int length)
    {
        await using var server = Answering(Ok());

        Assert.Null((await AgentCoreCall.InvokeAsync(server.Url, session: new string('s', length))).Failure);
    }
}
