using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;
using WorkerFleet.Journal;

namespace WorkerFleet.Acceptance.Commands;

/// <summary>Commands given while a run in another process is going.</summary>
public sealed class SecondTerminalTests : IAsyncLifetime
{
    private const int Rows = 60;
    private const int Concurrency = 4;

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

    [Fact]
    public async Task Looking_WhileARunIsGoing_TellsHowItStands()
    {
        var run = await StartWithRowsInFlightAsync();

        var listed = (await _fleet.RunAsync("list", "--json")).ShouldBe(0).Json().EnumerateArray().Single();
        Assert.True(listed.GetProperty("driven").GetBoolean());
        var status = (await _fleet.RunAsync("status", "--json")).ShouldBe(0).Json().GetProperty("batch");
        Assert.Equal(Rows, status.GetProperty("counts").GetProperty("pending").GetInt32());
        var shown = (await _fleet.RunAsync("show", "0", "--json")).ShouldBe(0).Json();
        Assert.Equal("pending", shown.GetProperty("state").GetString());
        Assert.Equal(
            "AGENT_INVOCATION_STARTED", shown.GetProperty("events").EnumerateArray().Last().GetProperty("event").GetString());
        await _fleet.AuditAsync();
        var watch = await _fleet.StartAsync("watch");
        _agent.Release();

        (await run.WaitAsync()).ShouldBe(0);
        (await watch.WaitAsync()).ShouldBe(0);
        Assert.Equal(Rows, _agent.Sessions.Count);
    }

    [Fact]
    public async Task Results_WhileARunIsGoing_AreThoseSoFarWithoutManifest()
    {
        const int Answers = 20;
        _agent.Accepts = input => !input.Contains("row 1.", StringComparison.Ordinal);
        _agent.Hold(letThrough: Answers);
        var run = await StartAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency && _agent.Answered == Answers, "rows in flight");
        await WaitForAsync(async store => (await store.LatestAsync()).Counts.Settled == Answers, "the answers to be durable");

        (await _fleet.RunAsync("results")).ShouldBe(2);
        var exit = (await _fleet.RunAsync("results", "--output", "so-far")).ShouldBe(0);

        Assert.Contains("Partial", exit.Output, StringComparison.Ordinal);
        var partial = new Export(_fleet["so-far"]);
        Assert.False(partial.HasManifest);
        var rows = partial.Results.Select(line => line.GetProperty("row").GetInt32()).ToList();
        Assert.Equal(Answers, rows.Count);
        Assert.Equal(rows.Order(), rows);
        Assert.Single(partial.Failures);
        _agent.Release();
        (await run.WaitAsync()).ShouldBe(1);
        new Export(_fleet["results"]).ShouldBeComplete(Rows);
    }

    [Fact]
    public async Task Pause_WhileARunIsGoing_HoldsTheRestBackUntilResume()
    {
        var run = await StartWithRowsInFlightAsync();

        var paused = (await _fleet.RunAsync("pause", "--json")).ShouldBe(0).Json();
        Assert.Equal("Paused", paused.GetProperty("status").GetString());
        await WaitForAsync(HasReleasedAsync, "a row that was begun to be given back");
        _agent.Release();
        await Wait.UntilAsync(() => _agent.InFlight == 0, "rows in flight to finish");
        await _fleet.AuditAsync();
        (await _fleet.RunAsync("pause")).ShouldBe(0);
        Assert.Equal(Concurrency, _agent.Sessions.Count);
        Assert.False(run.HasExited);

        (await _fleet.RunAsync("resume", "latest")).ShouldBe(0);
        (await run.WaitAsync()).ShouldBe(0);
        Assert.Equal(Rows, _agent.Sessions.Distinct().Count());
        Assert.Equal(Rows, _agent.Sessions.Count);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Cancel_WhileARunIsGoing_EndsItWithResultsOfEveryRow()
    {
        var run = await StartWithRowsInFlightAsync();
        var watch = await _fleet.StartAsync("watch");

        (await _fleet.RunAsync("cancel", "latest", "--reason", "wrong prompt")).ShouldBe(0);
        await WaitForAsync(
            async store => (await store.LatestAsync()).Counts.Cancelled == Rows - Concurrency, "the rest to be cancelled");
        await _fleet.AuditAsync();
        _agent.Release();

        var exit = (await run.WaitAsync()).ShouldBe(3);
        Assert.Contains("wrong prompt", exit.Output, StringComparison.Ordinal);
        (await watch.WaitAsync()).ShouldBe(3);
        Assert.Equal(0, _agent.Aborted);
        var export = new Export(_fleet["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Concurrency, _agent.Answered);
        Assert.Equal(Concurrency, export.CountOf("succeeded"));
        Assert.Equal(Rows - Concurrency, export.CountOf("cancelled"));
        await _fleet.AuditAsync();

        (await _fleet.RunAsync("retry", "--all")).ShouldBe(0);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        Assert.Equal(Rows, _agent.Sessions.Count);
        await _fleet.AuditAsync();
    }

    /// <summary>Whether the worker has let go of a row that waited for its turn: it knows of the pause, and begins nothing more.</summary>
    private static async ValueTask<bool> HasReleasedAsync(StoreReader store)
    {
        var batch = (await store.LatestAsync()).Batch.CorrelationId;
        for (var row = 0; row < Rows; row++)
            if ((await store.ReadEventsAsync(batch, row)).Any(journaled => journaled.Status == JournalStatus.Released))
                return true;
        return false;
    }

    private async Task WaitForAsync(Func<StoreReader, ValueTask<bool>> holds, string what)
    {
        await using var store = new StoreReader(_fleet[".fleet"]);
        await Wait.UntilAsync(() => holds(store), what);
    }

    private async Task<FleetProcess> StartWithRowsInFlightAsync()
    {
        _agent.Hold();
        var run = await StartAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency || run.HasExited, "rows in flight");
        Assert.False(run.HasExited, run.Error);
        return run;
    }

    private Task<FleetProcess> StartAsync() => _fleet.StartAsync(
        "run", "rows.csv", "--agent-url", _agent.Url, "--prompt", "row {{n}}.", "--output", "results",
        "--concurrency", "4");
}
