using System.Diagnostics;
using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Commands from a process that is none of the fleet's take effect in all of its workers.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CommandTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 1_500;
    private const int Concurrency = 12;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private RecordingAgent _agent = null!;
    private Guid _batch;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(100);
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__TYPE"] = "http";
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__URL"] = _agent.Url;
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        await _fleet.StartAsync(1, 3);
        _batch = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "slow", "--prompt", "{{n}}", "--concurrency", "12", "--output", "results");
        await WaitForCallsAsync(5 * Concurrency);
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task PauseAndResumeAndSet_WhileThreeWorkersWork_TakeEffectInAll()
    {
        Assert.Equal("Paused", (await CommandAsync("pause")).GetProperty("status").GetString());
        var shown = Stopwatch.GetTimestamp();
        await _fleet.WaitUntilIdleAsync();
        var begun = _agent.Calls.Begun;
        var status = (await CommandAsync("status")).GetProperty("batch");
        Assert.Equal("Paused", status.GetProperty("status").GetString());
        await _fleet.Workspace.AuditAsync();
        var late = Stopwatch.GetElapsedTime(shown, _agent.Calls.LastBegunAt);
        log.WriteLine($"The last call began {late.TotalSeconds:F3} s after the pause was shown.");
        Assert.Equal((begun, begun), (_agent.Answered, _agent.Calls.Begun));
        Assert.InRange(_agent.Answered, 5 * Concurrency, Rows - 1);

        await CommandAsync("set", "--concurrency", "3");
        _agent.Calls.ResetPeak();
        var resume = await _fleet.Workspace.StartAsync("resume", _batch.ToString());
        await WaitForCallsAsync(_agent.Calls.Begun + 30);
        Assert.InRange(_agent.Calls.Peak, 1, 3);

        await CommandAsync("set", "--concurrency", "50");
        var end = await _fleet.WaitForEndAsync(_batch);
        Assert.Equal(BatchStatus.Completed, end.Batch.CurrentState);
        Assert.InRange(_agent.Calls.Peak, 4, 50);
        (await resume.WaitAsync()).ShouldBe(0);
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Rows, _agent.Sessions.Count);
        await _fleet.Workspace.AuditAsync();
    }

    [Fact]
    public async Task Resume_WhileCallsFromBeforeThePauseGoOn_CallsNoRowTwice()
    {
        _agent.Hold();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency, "calls in flight");
        await CommandAsync("pause");
        // Room for more, so that copies of what is in flight do not have to wait for it.
        await CommandAsync("set", "--concurrency", "50");
        var before = _agent.Calls.Begun;
        _agent.Latency = TimeSpan.FromMilliseconds(20);
        var releaseThoseFromBefore = _agent.ReleaseOthers();
        await _fleet.Workspace.StartAsync("resume", _batch.ToString());
        await Wait.UntilAsync(
            () => _agent.Calls.Begun >= Rows && _agent.InFlight == Concurrency, "all other calls to be over");
        releaseThoseFromBefore();

        var end = await _fleet.WaitForEndAsync(_batch);

        Assert.Equal(BatchStatus.Completed, end.Batch.CurrentState);
        Assert.InRange(before, 5 * Concurrency, Rows / 2);
        Assert.Equal((Rows, Rows), (_agent.Sessions.Count, _agent.Sessions.Distinct().Count()));
        await _fleet.Workspace.AuditAsync();
    }

    [Fact]
    public async Task Cancel_WhileThreeWorkersWork_KeepsAndExportsWhatIsDone()
    {
        await CommandAsync("cancel", "--reason", "wrong prompt");
        var end = await _fleet.WaitForEndAsync(_batch);

        Assert.Equal((BatchStatus.Cancelled, "wrong prompt"), (end.Batch.CurrentState, end.Batch.EndReason));
        Assert.Equal(0, _agent.Aborted);
        var export = new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Equal(_agent.Answered, export.CountOf("succeeded"));
        Assert.Equal(Rows - _agent.Answered, export.CountOf("cancelled"));
        Assert.InRange(_agent.Answered, 5 * Concurrency, Rows - 1);
        Assert.Equal(_agent.Calls.Begun, _agent.Answered);
        await _fleet.Workspace.AuditAsync();
    }

    private async Task<JsonElement> CommandAsync(string command, params string[] options) =>
        (await _fleet.Workspace.RunAsync([command, _batch.ToString(), .. options, "--json"])).ShouldBe(0).Json();

    private Task WaitForCallsAsync(int calls) => Wait.UntilAsync(() => _agent.Calls.Begun >= calls, "calls of the agent");
}
