using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AgentCore;

public sealed class HttpProbeTests
{
    [Theory]
    [InlineData("""{"status":"Healthy","time_of_last_update":1795254341}""")]
    [InlineData("""{"status":"HealthyBusy"}""")]
    public async Task Probe_HealthyPing_IsWell(string body)
    {
        await using var server = RawServer.Answering(RawServer.Answer("200 OK", "application/json", body));

        Assert.Null(await ProbeAsync(server.Url));
    }

    [Theory]
    [InlineData("200 OK", """{"status":"Draining"}""", "says on /ping that its status is 'Draining'")]
    [InlineData("200 OK", "<html>", "answered 200 OK on /ping, but not with {\"status\":\"Healthy\"}; is it an agent?")]
    [InlineData("503 Service Unavailable", "", "answered 503 Service Unavailable on /ping")]
    [InlineData("401 Unauthorized", "", "answered 401 Unauthorized on /ping")]
    public async Task Probe_UnhealthyPing_SaysWhatItAnswered(string status, string body, string expected)
    {
        await using var server = RawServer.Answering(RawServer.Answer(status, "application/json", body));

        Assert.Equal($"agent 'verifier' at {server.Url}: {expected}", await ProbeAsync(server.Url));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ready")]
    public async Task Probe_NoPing_AsksForHealthAndReady(string known)
    {
        await using var server = RawServer.Start(async exchange =>
        {
            var request = await exchange.ReadRequestAsync();
            await exchange.WriteAsync(request.StartsWith($"GET {known} ", StringComparison.Ordinal)
                ? RawServer.Answer("200 OK", "text/plain", "ok", "Connection: close\r\n")
                : RawServer.Answer("404 Not Found", "text/plain", "", "Connection: close\r\n"));
        });

        Assert.Null(await ProbeAsync(server.Url));
    }

    [Fact]
    public async Task Probe_NothingKnown_SaysWhatWasAsked()
    {
        await using var server = RawServer.Answering(
            RawServer.Answer("404 Not Found", "text/plain", "", "Connection: close\r\n"));

        Assert.Contains("answered 404 to /ping, /health and /ready", await ProbeAsync(server.Url), StringComparison.Ordinal);
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    public async Task Probe_NobodyListens_SaysSo()
    {
        var server = RawServer.Answering("");
        var url = server.Url;
        await server.DisposeAsync();

        Assert.Equal(
            $"agent 'verifier' at {url}: no answer on /ping (Connection refused); is it running?", await ProbeAsync(url));
    }

    [Fact]
    public async Task Probe_NoAnswer_EndsWithTheTimeLimit()
    {
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Stopping);
        });
        using var agent = HttpCall.Agent(server.Url, time: new FastTime());

        Assert.EndsWith(
            "no answer on /ping within 5 s; is it running?", await agent.ProbeAsync(CancellationToken.None),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_SwitchedOff_AsksNobody()
    {
        using var agent = HttpCall.Agent("http://127.0.0.1:1", options => options.Probe = false);

        Assert.Null(await agent.ProbeAsync(CancellationToken.None));
    }

    private static async Task<string?> ProbeAsync(string url)
    {
        // Its time limit never comes: a busy machine can take longer.
        using var agent = HttpCall.Agent(url, time: new ManualTime());
        return await agent.ProbeAsync(CancellationToken.None);
    }

    /// <summary>A second takes ten milliseconds.</summary>
    private sealed class FastTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime / 100, period);
    }
}
