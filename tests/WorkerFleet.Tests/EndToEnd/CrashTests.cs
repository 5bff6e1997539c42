using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.EndToEnd;

/// <summary>
/// The process dies at some call of its store, and another one goes on: nothing is lost, nothing counts twice, and no row
/// that had succeeded is invoked again. Each attempt costs a dollar, so that what is counted of a row is known.
/// </summary>
public sealed class CrashTests(CrashTests.DeadProcesses dead) : IClassFixture<CrashTests.DeadProcesses>
{
    private const int Rows = 90;

    /// <summary>Rows that fail for good: 0, 9, 18 and so on.</summary>
    private const int FailingRows = 10;

    /// <summary>Calls before a cancel has come: enough to settle rows of which all that can fail once do.</summary>
    private const int CallsBeforeCancel = 30;

    private const int SettledBeforeCancel = 10;

    public static TheoryData<string, int> Points()
    {
        var points = new TheoryData<string, int>();
        foreach (var scenario in (string[])["run", "cancel", "replay"])
            foreach (var calls in (int[])[3, 12, 40, 120, 300])
                points.Add(scenario, calls);
        return points;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Crash_AtACallOfTheStore_TheNextProcessCompletes(string scenario, int calls)
    {
        var folder = dead.NewFolder();
        var (agents, faults) = (new TestAgents { Price = new() { PerCall = 1 } }, new Faults());
        agents.OnInvoke = (call, token) => InvokeAsync(call, token);
        var first = dead.Add(await EmbeddedFleet.StartAsync(folder, agents, faults));
        var id = await StartAsync(first, agents, scenario, faults, calls);
        await Task.WhenAny(faults.Dead, EndsAsync(first, agents, id, scenario));
        // What a real process had locked is free when it is dead; this one may be at the end of writing results.
        await Eventually.IsTrueAsync(() => !first.Get<Aggregator>().IsRunning(id));

        await using var second = await EmbeddedFleet.StartAsync(folder, agents);
        var succeededBefore = await second.SucceededAsync(id);
        var callsBefore = agents.Calls.Count;
        second.Drive(id);
        await second.Controller.RedriveAsync(id, CancellationToken.None);
        var batch = await EndsAsync(second, agents, id, scenario);

        Assert.Empty(agents.Calls.Skip(callsBefore).Select(call => call.Index).Intersect(succeededBefore));
        await CountsAddUpAsync(second, batch, scenario);
        await CostsAddUpAsync(second, id);
        await second.AuditPassesAsync(id);
    }

    /// <summary>Begins the scenario, and lets the process die so many calls after its beginning.</summary>
    private static async Task<Guid> StartAsync(
        EmbeddedFleet fleet, TestAgents agents, string scenario, Faults faults, int calls)
    {
        if (scenario == "cancel")
            agents.HoldAfter = CallsBeforeCancel;
        var id = await fleet.SubmitAsync(Rows);
        if (scenario == "cancel")
        {
            await fleet.SettlesAsync(id, SettledBeforeCancel);
            await fleet.Controller.CancelAsync(id, "enough", CancellationToken.None);
        }
        else if (scenario == "replay")
        {
            await fleet.EndsAsync(id);
            await fleet.Controller.ReplayAsync(id, null, null, CancellationToken.None);
        }

        faults.DieAfter(calls);
        return id;
    }

    /// <summary>What waits for the cancel goes on once this process knows of it, or where that is not to come.</summary>
    private static async Task<BatchState> EndsAsync(EmbeddedFleet fleet, TestAgents agents, Guid id, string scenario)
    {
        await fleet.IsToEndAsync(id);
        agents.Release();
        return await fleet.EndsAsync(id, round: scenario == "replay" ? 1 : 0);
    }

    /// <summary>Every third row needs a second attempt; every ninth fails until it is replayed.</summary>
    private static async Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken);
        return call.Index % 3 == 0 && call.Attempt == 1
            ? AgentReply.Fail(TestAgents.Fail(retryable: call.Index % 9 != 0).Failure! with { MayHaveRun = true })
            : AgentReply.Succeed("1"u8.ToArray());
    }

    private static async Task CostsAddUpAsync(EmbeddedFleet fleet, Guid id)
    {
        var rows = await fleet.Get<ILedger>().ReadSettledAsync(id, 0, Rows, state: null, Rows, CancellationToken.None);
        Assert.All(rows, row => Assert.Equal(row.Attempts, row.Usage.Total.CostUsd ?? 0));
        var sums = await fleet.Get<ILedger>().SumAsync(id, CancellationToken.None);
        Assert.Equal(rows.Sum(row => row.Attempts), sums.Usage.CostUsd ?? 0);
    }

    private static async Task CountsAddUpAsync(EmbeddedFleet fleet, BatchState batch, string scenario)
    {
        var counts = await fleet.CountAsync(batch.CorrelationId);
        var open = await fleet.Get<IDeadLetters>().ReadAsync(
            new(batch.CorrelationId, State: DeadLetterState.Open, Limit: 1_000), CancellationToken.None);
        Assert.Equal(Rows, counts.Settled);
        Assert.Equal(counts.Failed, open.Count);
        Assert.Null(batch.OutputProblem);
        switch (scenario)
        {
            case "run":
                Assert.Equal((BatchStatus.CompletedWithFailures, FailingRows), (batch.CurrentState, counts.Failed));
                break;
            case "cancel":
                Assert.Equal((BatchStatus.Cancelled, 0), (batch.CurrentState, counts.Rejected));
                break;
            default:
                Assert.Equal((BatchStatus.Completed, Rows), (batch.CurrentState, counts.Succeeded));
                break;
        }
    }

    /// <summary>
    /// Those that died are left as they are until the end, as killed ones would be: they take their time to stop over calls
    /// that fail.
    /// </summary>
    public sealed class DeadProcesses : IAsyncLifetime
    {
        private readonly List<EmbeddedFleet> _dead = [];
        private readonly List<TempFolder> _folders = [];

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            await Task.WhenAll(_dead.Select(fleet => fleet.DisposeAsync().AsTask()));
            foreach (var folder in _folders)
                folder.Dispose();
        }

        internal TempFolder NewFolder()
        {
            var folder = new TempFolder();
            _folders.Add(folder);
            return folder;
        }

        internal EmbeddedFleet Add(EmbeddedFleet fleet)
        {
            _dead.Add(fleet);
            return fleet;
        }
    }
}
