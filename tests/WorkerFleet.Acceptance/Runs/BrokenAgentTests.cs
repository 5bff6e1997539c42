using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;

namespace WorkerFleet.Acceptance.Runs;

/// <summary>A run whose agent stops working as a whole, or never did.</summary>
public sealed class BrokenAgentTests : IAsyncLifetime
{
    private const int Rows = 300;

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
    public async Task Run_AgentThatNeverAnswers_SaysSoAndEndsSoon()
    {
        _agent.Fails = () => 503;

        var exit = (await (await StartAsync()).WaitAsync()).ShouldBe(1);

        Assert.Contains("is not called any more", exit.Error, StringComparison.Ordinal);
        Assert.Contains("503", exit.Error, StringComparison.Ordinal);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("failed"));
        Assert.InRange(_agent.Calls.Begun, 50, 150);
    }

    [Fact]
    public async Task Run_AgentThatWorksAgain_GoesOnByItselfAndLosesNoRow()
    {
        _agent.Latency = TimeSpan.FromMilliseconds(20);
        _agent.Hold(letThrough: 100);
        var run = await StartAsync();
        await Wait.UntilAsync(() => _agent.Answered == 100 || run.HasExited, "answers");
        _agent.Fails = () => 503;
        _agent.Release();
        await run.WaitForErrorAsync("is not called any more");
        _agent.Fails = () => 0;

        var exit = (await run.WaitAsync()).ShouldBe(0);

        Assert.Contains("works again", exit.Error, StringComparison.Ordinal);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        await _fleet.AuditAsync();
    }

    private Task<FleetProcess> StartAsync() => _fleet.StartAsync(
        "run", "rows.csv", "--agent-url", _agent.Url, "--prompt", "{{n}}", "--output", "results");
}
