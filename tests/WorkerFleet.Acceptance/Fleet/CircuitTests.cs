using System.Globalization;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>An agent that is unavailable as a whole, for a while or for good, beside one that works.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CircuitTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    /// <summary>More than a worker prefetches, were its window not smaller; many more than open the circuit.</summary>
    private const int Rows = 600;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private RecordingAgent _broken = null!;
    private RecordingAgent _healthy = null!;

    public async Task InitializeAsync()
    {
        (_broken, _healthy) = (await RecordingAgent.StartAsync(), await RecordingAgent.StartAsync());
        _broken.Latency = TimeSpan.FromMilliseconds(50);
        foreach (var (name, agent) in (ReadOnlySpan<(string, RecordingAgent)>)[("BROKEN", _broken), ("HEALTHY", _healthy)])
        {
            _fleet.Workspace.Environment[$"FLEET__AGENTS__{name}__TYPE"] = "http";
            _fleet.Workspace.Environment[$"FLEET__AGENTS__{name}__URL"] = agent.Url;
        }
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _broken.DisposeAsync();
        await _healthy.DisposeAsync();
    }

    [Fact]
    public async Task AgentUnavailable_ForAWhile_CostsNoRowAndHoldsNoOtherAgentUp()
    {
        await _fleet.StartAsync(1, 2);
        var batch = await SubmitAsync("broken");
        await Wait.UntilAsync(() => _broken.Answered >= 100, "the batch to run");
        _broken.Fails = () => 503;
        await Wait.UntilAsync(async () => await NotesAsync() == 2, "both workers to leave the agent alone");
        var callsWhenOpen = _broken.Calls.Begun;

        var other = await _fleet.WaitForEndAsync(await SubmitAsync("healthy"));
        await Wait.UntilAsync(() => _broken.Calls.Begun > callsWhenOpen + 3, "calls that try");
        var tries = _broken.Calls.Begun - callsWhenOpen;
        _broken.Fails = () => 0;
        var end = await _fleet.WaitForEndAsync(batch);

        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tries} calls tried while it was open."));
        Assert.Equal((BatchStatus.Completed, (long)Rows), (other.Batch.CurrentState, other.Counts.Succeeded));
        Assert.Equal((BatchStatus.Completed, (long)Rows), (end.Batch.CurrentState, end.Counts.Succeeded));
        Assert.InRange(tries, 1, 12);
        await Wait.UntilAsync(async () => await NotesAsync() == 0, "the workers' next word on it");
        await _fleet.Workspace.AuditAsync();
    }

    [Fact]
    public async Task AgentUnavailable_ForGood_IsGivenUpAndItsRowsSayWhy()
    {
        _fleet.Workspace.Environment["FLEET__AGENTS__BROKEN__GIVEUPAFTER"] = "00:00:12";
        _broken.Fails = () => 503;
        await _fleet.StartAsync(1, 2);

        var end = await _fleet.WaitForEndAsync(await SubmitAsync("broken"));

        Assert.Equal((BatchStatus.CompletedWithFailures, (long)Rows), (end.Batch.CurrentState, end.Counts.Failed));
        var failures = new Export(_fleet.Workspace["results-broken"]).ShouldBeComplete(Rows).Failures;
        Assert.All(failures, line => Assert.Contains("503", MessageOf(line), StringComparison.Ordinal));
        Assert.Contains(failures, line => MessageOf(line).Contains("was given up after", StringComparison.Ordinal));
        // Those that opened the circuit of each worker, with what was in flight, and then one at a time.
        Assert.InRange(_broken.Calls.Begun, 100, 300);
        await _fleet.Workspace.AuditAsync();
    }

    [Fact]
    public async Task AgentUnavailable_WhileItemsWait_BatchIsCancelledAtOnce()
    {
        _broken.Fails = () => 503;
        await _fleet.StartAsync(1, 2);
        var batch = await SubmitAsync("broken");
        await Wait.UntilAsync(async () => await NotesAsync() == 2, "both workers to leave the agent alone");

        (await _fleet.Workspace.RunAsync("cancel", batch.ToString())).ShouldBe(0);
        var end = await _fleet.WaitForEndAsync(batch);

        Assert.Equal(BatchStatus.Cancelled, end.Batch.CurrentState);
        await _fleet.Workspace.AuditAsync();
    }

    private Task<Guid> SubmitAsync(string agent)
    {
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        return _fleet.SubmitAsync(
            "rows.csv", "--agent", agent, "--prompt", "{{n}}", "--output", $"results-{agent}", "--concurrency", "20");
    }

    /// <summary>How much <c>fleet workers</c> has to say about agents.</summary>
    private async Task<int> NotesAsync()
    {
        var workers = (await _fleet.Workspace.RunAsync("workers", "--json")).ShouldBe(0).Json();
        return workers.GetProperty("workers").EnumerateArray().Sum(worker => worker.GetProperty("agent_notes").GetArrayLength());
    }

    private static string MessageOf(System.Text.Json.JsonElement line) =>
        line.GetProperty("error").GetProperty("message").GetString()!;
}
