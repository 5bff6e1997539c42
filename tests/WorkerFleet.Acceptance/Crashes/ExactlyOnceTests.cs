using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;

namespace WorkerFleet.Acceptance.Crashes;

public sealed class ExactlyOnceTests : IAsyncLifetime
{
    private const int Rows = 300;
    private const int Kills = 5;

    /// <summary>Calls that may still be answered between what a kill waits for and the kill: no run is over before it.</summary>
    private const int Beyond = 10;

    private readonly Workspace _fleet = Workspace.Create();
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(20);
        _fleet.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Run_KilledAndResumed_InvokesNoSucceededRowAgain()
    {
        var succeeded = new List<Dictionary<string, int>>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var enough = kill * Rows / (Kills + 1);
            _agent.Hold(letThrough: enough - _agent.Answered + Beyond);
            var process = await _fleet.StartAsync(kill == 1
                ? ["run", "rows.csv", "--agent-url", _agent.Url, "--prompt", "{{n}}", "--output", "results"]
                : ["resume"]);
            await Wait.UntilAsync(() => _agent.Answered >= enough || process.HasExited, $"{enough} answers");
            Assert.False(process.HasExited, process.Error);
            await process.KillAsync();
            // Requests that were on their way count to before the kill.
            await Wait.UntilAsync(() => _agent.InFlight == 0, "the agent to be idle");
            succeeded.Add(await SnapshotAsync());
        }
        _agent.Release();
        (await _fleet.RunAsync("resume")).ShouldBe(0);

        var invocations = CountInvocations();
        Assert.All(succeeded, before => Assert.NotEmpty(before));
        foreach (var (session, count) in succeeded.SelectMany(before => before))
            Assert.Equal(count, invocations[session]);
        Assert.Equal(Rows, invocations.Count);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        await _fleet.AuditAsync();
    }

    /// <summary>Sessions whose success is in the journal, with how often they have been invoked by now.</summary>
    private async Task<Dictionary<string, int>> SnapshotAsync()
    {
        await using var store = new StoreReader(_fleet[".fleet"]);
        var sessions = await store.ReadSucceededSessionsAsync((await store.LatestAsync()).Batch);
        return CountInvocations().Where(entry => sessions.Contains(entry.Key)).ToDictionary();
    }

    private Dictionary<string, int> CountInvocations() =>
        _agent.Sessions.GroupBy(session => session).ToDictionary(group => group.Key, group => group.Count());
}
