using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;
using WorkerFleet.Ledger;

namespace WorkerFleet.Acceptance.Crashes;

public sealed class StopSignalTests : IAsyncLifetime
{
    private const int Rows = 60;
    private const int Concurrency = 4;
    private const int Interrupted = 130;

    private readonly Workspace _fleet = Workspace.Create();
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _fleet.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Run_Signal_FinishesRowsInFlightAndLeavesTheRest(string signal)
    {
        var process = await StartWithRowsInFlightAsync();

        await process.SignalAsync(signal);
        await process.WaitForErrorAsync("Stopping");
        Assert.False(process.HasExited);
        _agent.Release();
        var exit = (await process.WaitAsync()).ShouldBe(Interrupted);

        Assert.Contains("resume", exit.Error, StringComparison.Ordinal);
        Assert.Equal(0, _agent.Aborted);
        var counts = await CountAsync();
        Assert.InRange(_agent.Answered, Concurrency, Rows - 1);
        Assert.Equal(_agent.Answered, counts.Succeeded);
        Assert.Equal(Rows - _agent.Answered, counts.Pending);
        Assert.False(Directory.Exists(_fleet["results"]));
        await _fleet.AuditAsync();
        await ShouldCompleteOnResumeAsync();
        Assert.Equal(Rows, _agent.Sessions.Count);
    }

    [Fact]
    public async Task Run_SignalWhileItStarts_IsAnInterruptionAndNoError()
    {
        // So that it cannot be over before the signal comes.
        _agent.Hold();
        var process = await StartAsync();
        await Wait.UntilAsync(() => Directory.Exists(_fleet[".fleet"]) || process.HasExited, "the data folder");

        await process.SignalAsync("INT");
        // Either rows are in flight, and it waits for them, or it ends without having begun any.
        await Wait.UntilAsync(
            () => process.HasExited || process.Error.Contains("Stopping", StringComparison.Ordinal), "the signal to be heeded");
        _agent.Release();
        var exit = (await process.WaitAsync()).ShouldBe(Interrupted);

        Assert.DoesNotContain("error:", exit.Error, StringComparison.Ordinal);
        Assert.Equal(0, _agent.Aborted);
        (await (await StartAsync()).WaitAsync()).ShouldBe(0);
        new Export(_fleet["results"]).ShouldBeComplete(Rows);
    }

    [Fact]
    public async Task Run_SignalWhileTheAgentTakesTooLong_GivesItsRowsBackAndSaysSo()
    {
        _fleet.Environment["FLEET__DRAINTIMEOUT"] = "500ms";
        var process = await StartWithRowsInFlightAsync();

        await process.SignalAsync("INT");
        var exit = (await process.WaitAsync()).ShouldBe(Interrupted);

        Assert.Contains("within 500ms", exit.Error, StringComparison.Ordinal);
        Assert.Contains("4 rows did not finish in time", exit.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("error:", exit.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("warning:", exit.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CountAsync()).Settled);
        await _fleet.AuditAsync();
        _agent.Release();
        await ShouldCompleteOnResumeAsync();
        Assert.Equal(Rows + Concurrency, _agent.Sessions.Count);
    }

    [Fact]
    public async Task Run_SecondSignal_EndsAtOnce()
    {
        var process = await StartWithRowsInFlightAsync();

        await process.SignalAsync("INT");
        await process.WaitForErrorAsync("Stopping");
        await process.SignalAsync("INT");
        // The agent still holds its answers back, so that only giving up on them can end the process.
        (await process.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(Interrupted);

        Assert.Equal(0, (await CountAsync()).Settled);
        _agent.Release();
        await _fleet.AuditAsync();
        await ShouldCompleteOnResumeAsync();
    }

    private async Task<FleetProcess> StartWithRowsInFlightAsync()
    {
        _agent.Hold();
        var process = await StartAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency || process.HasExited, "rows in flight");
        Assert.False(process.HasExited, process.Error);
        return process;
    }

    private Task<FleetProcess> StartAsync() => _fleet.StartAsync(
        "run", "rows.csv", "--agent-url", _agent.Url, "--prompt", "{{n}}", "--output", "results", "--concurrency", "4");

    private async Task ShouldCompleteOnResumeAsync()
    {
        (await _fleet.RunAsync("resume")).ShouldBe(0);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        await _fleet.AuditAsync();
    }

    private async Task<ItemCounts> CountAsync()
    {
        await using var store = new StoreReader(_fleet[".fleet"]);
        return (await store.LatestAsync()).Counts;
    }
}
