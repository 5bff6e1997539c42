using System.Diagnostics;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>
/// A worker in a task of ECS: what it asks of the task's agent, and that its rows do not mind the answers.
/// </summary>
[Collection(RabbitMqTests.Name)]
public sealed class ScaleInTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 40;
    private const int Concurrency = 4;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private RecordingAgent _agent = null!;
    private EcsEndpoint _ecs = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _ecs = await EcsEndpoint.StartAsync();
        var environment = _fleet.Workspace.Environment;
        environment["FLEET__AGENTS__HELD__TYPE"] = "http";
        environment["FLEET__AGENTS__HELD__URL"] = _agent.Url;
        environment["ECS_AGENT_URI"] = _ecs.Url;
        environment["FLEET__ECS__PROTECTFOR"] = "1m";
        environment["FLEET__ECS__RELEASEAFTER"] = "2s";
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
        await _ecs.DisposeAsync();
    }

    [Fact]
    public async Task Worker_WithRowsInFlight_IsProtectedUntilTheyAreDone()
    {
        await StartAsync();
        _agent.Hold();
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency && _ecs.IsProtected, "rows in flight, protected");
        await ShouldShowAsync(true);

        // Twenty seconds of the minute later.
        await Wait.UntilAsync(() => _ecs.Calls.Count(call => call.IsProtected) == 2, "the protection to be renewed");
        Assert.Equal(Concurrency, _agent.InFlight);
        _agent.Release();
        var end = await _fleet.WaitForEndAsync(batch);
        await Wait.UntilAsync(() => !_ecs.IsProtected, "the protection to be given back");

        Assert.Equal(BatchStatus.Completed, end.Batch.CurrentState);
        // It begins with giving back what a process before it may have left.
        var calls = _ecs.Calls.SkipWhile(call => !call.IsProtected).ToList();
        Assert.Equal([true, true, false], calls.Select(call => call.IsProtected));
        Assert.Equal([1, 1, null], calls.Select(call => call.Minutes));
        // After 20 s by the worker's clock, as its own tests have it; calls come here as the machine finds time for them.
        Assert.InRange(Stopwatch.GetElapsedTime(calls[0].At, calls[1].At).TotalSeconds, 10, 59);
        var count = _ecs.Calls.Count;
        await ShouldShowAsync(false);
        await _fleet.Workers[0].StopAsync();
        Assert.Equal(count, _ecs.Calls.Count);
    }

    [Fact]
    public async Task Worker_TerminatedWithRowsInFlight_IsProtectedUntilTheyAreDoneAndNotForLonger()
    {
        _fleet.Workspace.Environment["FLEET__ECS__RELEASEAFTER"] = "30s";
        await StartAsync();
        _agent.Hold();
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency && _ecs.IsProtected, "rows in flight, protected");
        var worker = _fleet.Workers[0].Process;

        await worker.SignalAsync("TERM");
        await worker.WaitForErrorAsync("Stopping");
        var answered = _agent.Answered;
        Assert.Equal((true, Concurrency), (_ecs.IsProtected, _agent.InFlight));
        _agent.Release();
        (await worker.WaitAsync()).ShouldBe(0);

        Assert.Equal((0, answered + Concurrency), (_agent.Aborted, _agent.Answered));
        Assert.Equal([true, false], _ecs.Calls.Select(call => call.IsProtected));
        await _fleet.Workers[0].StartAsync();
        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
    }

    [Theory]
    [InlineData(404, "404 page not found", "answered 404")]
    [InlineData(200, """{"failure":{"Arn":"a","Reason":"DEPLOYMENT_BLOCKED"}}""", "ECS refuses (DEPLOYMENT_BLOCKED)")]
    [InlineData(400, """{"error":{"Code":"ThrottlingException","Message":"Rate exceeded"}}""", "Rate exceeded")]
    public async Task Agent_ThatRefuses_IsToldOfOnceAndTheBatchCompletes(int status, string body, string told)
    {
        _ecs.Instead = _ => (status, body);
        await StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(300);

        var batch = await SubmitAsync();

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        Assert.Equal(Rows, new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        Assert.Equal((0, Rows), (_agent.Aborted, _agent.Sessions.Count));
        // Asked again and again, but not for each row.
        Assert.InRange(_ecs.Calls.Count, 2, Rows / 2);
        var lines = _fleet.Workers[0].Log.Split('\n');
        var line = Assert.Single(lines, line => line.Contains("scale-in", StringComparison.Ordinal));
        Assert.Contains(told, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_ThatIsNotThere_DoesNotMatter()
    {
        await _ecs.DisposeAsync();
        await StartAsync();

        var batch = await SubmitAsync();

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        await _fleet.Workers[0].StopAsync();
        Assert.Contains("cannot be asked", _fleet.Workers[0].Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protection_SwitchedOff_IsNeverAskedFor()
    {
        _fleet.Workspace.Environment["FLEET__ECS__SCALEINPROTECTION"] = "off";
        await StartAsync();
        _agent.Hold();
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency, "rows in flight");
        _agent.Release();
        await _fleet.WaitForEndAsync(batch);
        await _fleet.Workers[0].StopAsync();

        Assert.Empty(_ecs.Calls);
    }

    private Task StartAsync() => _fleet.StartAsync(1, 1);

    private Task<Guid> SubmitAsync() => _fleet.SubmitAsync(
        "rows.csv", "--agent", "held", "--prompt", "{{n}}", "--concurrency", "4", "--output", "results");

    /// <summary>What its heartbeat says, which comes a little later.</summary>
    private Task ShouldShowAsync(bool isProtected) => Wait.UntilAsync(
        async () =>
        {
            var workers = (await _fleet.Workspace.RunAsync("workers", "--json")).ShouldBe(0).Json().GetProperty("workers");
            var shown = workers.EnumerateArray().ToLookup(
                worker => worker.GetProperty("roles")[0].GetString(),
                worker => worker.GetProperty("is_protected").GetBoolean());
            Assert.Equal([false], shown["orchestrator"]);
            return shown["worker"].Single() == isProtected;
        },
        $"'fleet workers' to show it protected: {isProtected}");
}
