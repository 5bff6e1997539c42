using System.Net;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class AgentsPageTests : IAsyncLifetime
{
    private ApiFixture _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync(drives: false);
        _api.Agents.Limits = new() { Concurrency = 7, CallsPerSecond = 12.5 };
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Agents_NobodySaysAnything_AreReadyWithTheirLimits()
    {
        var html = await _api.Client.PageAsync("/agents");

        foreach (var part in (string[])["agent", "test", "ready", "<dd>7</dd>", "<dd>12.5</dd>"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.DoesNotContain("Live sessions", html, StringComparison.Ordinal);
        Assert.Equal(["POST /api/v1/agents/agent/probe"], FormAssert.Sends(html));
        FormAssert.AreReachable(html);
    }

    [Theory]
    [InlineData("throttled")]
    [InlineData("not called")]
    public async Task Agents_WorkersSaySomething_ShowTheWorstOfIt(string standing)
    {
        await PutAsync("one", AgentNote.Throttles(TestAgents.Name, "<b>3</b> calls/s"));
        if (standing == "not called")
            await PutAsync("two", AgentNote.NotCalled(TestAgents.Name, "it refuses every call"));
        await PutAsync("three", AgentNote.NotCalled("agent-2", "it is another one"));

        var html = await _api.Client.PageAsync("/agents");

        Assert.Contains($">{standing}</span>", html, StringComparison.Ordinal);
        Assert.Contains("throttles: &lt;b&gt;3&lt;/b&gt; calls/s", html, StringComparison.Ordinal);
        Assert.DoesNotContain("another one", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_CalledLately_ShowHowLongTheyTook()
    {
        var batch = await _api.SubmitAsync(1);
        var mixed = await _api.SubmitAsync(1, change: spec => spec with { Agents = spec.Agents with { Column = "word" } });
        var (fast, slow) = (LatencyBuckets.Of(TimeSpan.FromMilliseconds(200)), LatencyBuckets.Of(TimeSpan.FromMinutes(9)));
        await PutAsync("one", activity:
        [
            new(batch, 1, new Dictionary<int, int> { [fast] = 5 }), new(mixed, 1, new Dictionary<int, int> { [slow] = 50 }),
        ]);

        var html = await _api.Client.PageAsync("/agents");

        var took = Math.Round(LatencyBuckets.MiddleOf(fast).TotalMilliseconds);
        Assert.Contains($"p50 {took} ms, p95 {took} ms", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_WithoutScopeToOperate_CannotBeProbed()
    {
        using var ann = _api.As("ann", "read");

        Assert.Empty(FormAssert.Sends(await ann.PageAsync("/agents")));
    }

    [Fact]
    public async Task Agents_WithoutScopeToRead_AreForbidden()
    {
        using var ann = _api.As("ann", "operate");

        await ann.PageAsync("/agents", HttpStatusCode.Forbidden);
    }

    private Task PutAsync(string id, string? note = null, IReadOnlyList<BatchActivity>? activity = null)
    {
        // Seen a moment from now: what a lost worker said would not count.
        var seen = TimeProvider.System.GetUtcNow().AddMinutes(1);
        return _api.Get<IWorkerRegistry>().PutAsync(
            new()
            {
                Id = id, Host = "host", Version = "1", Roles = [FleetRole.Worker], StartedAt = seen, SeenAt = seen,
                Status = WorkerStatus.Running, AgentNotes = note is null ? [] : [note], Activity = activity ?? [],
            },
            CancellationToken.None);
    }
}
