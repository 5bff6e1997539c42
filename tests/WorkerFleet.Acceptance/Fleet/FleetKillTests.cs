using System.Globalization;
using WorkerFleet.Acceptance.Processes;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Processes of the fleet die all the time, workers and orchestrator alike.</summary>
public abstract class FleetKillTests(TestFleet fleet, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Seed = 7;
    private const int Rows = 20_000;
    private const int Workers = 4;
    private const int Kills = 30;

    /// <summary>
    /// Kills of workers that are at work. Where a process takes longer to start than it lives on average, most of the others
    /// hit one that is not: they show that nothing comes of a start that is broken off.
    /// </summary>
    private const int KillsAtWork = 12;

    /// <summary>Kills of workers before each of which the orchestrator is killed, too.</summary>
    private static readonly int[] OrchestratorKills = [6, 15, 24];

    private static readonly int[] OrchestratorKillsAtWork = [4, 8];

    private static readonly TimeSpan KillInterval = TimeSpan.FromSeconds(1);

    /// <summary>With 20 calls at a time, the batch takes twice as long as the kills where nothing is killed.</summary>
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(50);

    private readonly FlakyBatch _batch = new(Rows);
    private readonly TestFleet _fleet = fleet;

    public async Task InitializeAsync()
    {
        await PrepareAsync(_fleet);
        _batch.Prepare(_fleet.Workspace, Latency);
        await _fleet.StartAsync(1, Workers, "--concurrency", "10");
    }

    public virtual async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Batch_AWorkerKilledEverySecond_EndsAsTheUndisturbedOne()
    {
        var id = await _batch.SubmitAsync(_fleet, concurrency: 20);
        await _fleet.WaitForSettledAsync(id, 100);
        var trace = new ProgressTrace(_fleet, id, log);
        var following = trace.FollowToEndAsync();

        await KillAsync(trace);
        trace.Note("the last of each second was killed");
        await KillAtWorkAsync(trace);
        trace.Note("the last was killed");

        Assert.InRange((await _fleet.ProgressAsync(id)).Counts.Settled, 0, Rows - 1);
        var end = await following;
        var interrupted = await _batch.ShouldHaveEndedAsUndisturbedAsync(_fleet, end, log);
        Assert.InRange(interrupted, KillsAtWork, Rows);
        Assert.Equal(Workers + Kills + KillsAtWork, _fleet.Workers.Sum(worker => worker.Starts));
        Assert.Equal(
            1 + OrchestratorKills.Length + OrchestratorKillsAtWork.Length, _fleet.Orchestrators.Sum(one => one.Starts));
    }

    /// <summary>Sets up what the fleet keeps its batches in, and what it meets at.</summary>
    private protected abstract Task PrepareAsync(TestFleet fleet);

    private async Task KillAsync(ProgressTrace trace)
    {
        var random = new Random(Seed);
        using var timer = new PeriodicTimer(KillInterval);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await timer.WaitForNextTickAsync();
            if (OrchestratorKills.Contains(kill))
                await KillAsync(_fleet.Orchestrators[0], trace);
            await KillAsync(_fleet.Workers[random.Next(Workers)], trace);
        }
    }

    private async Task KillAtWorkAsync(ProgressTrace trace)
    {
        var random = new Random(Seed);
        for (var kill = 1; kill <= KillsAtWork; kill++)
        {
            await Wait.UntilAsync(() => ReadyWorkers().Count > 1, "two workers to be ready");
            var settled = (await _fleet.ProgressAsync(trace.Batch)).Counts.Settled;
            await _fleet.WaitForSettledAsync(trace.Batch, settled + 1);
            var ready = ReadyWorkers();
            if (OrchestratorKillsAtWork.Contains(kill))
            {
                await _fleet.Orchestrators[0].WaitUntilReadyAsync();
                await KillAsync(_fleet.Orchestrators[0], trace);
            }
            await KillAsync(ready[random.Next(ready.Count)], trace);
        }
    }

    private List<FleetMember> ReadyWorkers() => [.. _fleet.Workers.Where(worker => worker.IsReady)];

    private static async Task KillAsync(FleetMember member, ProgressTrace trace)
    {
        Assert.True(member.IsRunning, member.Log);
        var ready = member.IsReady;
        await member.KillAndStartAsync();
        trace.Note(string.Create(CultureInfo.InvariantCulture,
            $"killed {member.Name}, start {member.Starts - 1}{(ready ? "" : ", which was not ready yet")}"));
    }
}
