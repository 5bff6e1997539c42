using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Blobs;
using WorkerFleet.DeadLetters;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.EndToEnd;

public sealed class EmbeddedFleetTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestAgents _agents = new();
    private EmbeddedFleet _fleet = null!;

    public async Task InitializeAsync() => _fleet = await EmbeddedFleet.StartAsync(_folder, _agents);

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_AllSucceed_LeavesOrderedResultsAndInvokesEachRowOnce()
    {
        var id = await _fleet.SubmitAsync(500);

        var batch = await _fleet.EndsAsync(id);

        Assert.Equal((BatchStatus.Completed, null), (batch.CurrentState, batch.OutputProblem));
        Assert.Equal(new ItemCounts(0, 500, 0, 0, 0), await _fleet.CountAsync(id));
        Assert.Equal(Enumerable.Range(0, 500), await ExportedAsync());
        AssertInvokedOnce(await _fleet.SucceededAsync(id));
        // What began the batch is deleted behind its handling.
        await Eventually.HoldsAsync(
            () => _fleet.Get<ISchedule>().CountAsync(id, QueueNames.Batches, CancellationToken.None), left => left == 0);
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Run_FailuresOfEveryKind_CountsAddUpAtEveryMoment()
    {
        var simulated = new SimulatedAgent(
            TestAgents.Name,
            new()
            {
                Latency = TimeSpan.FromMilliseconds(2),
                ThrottledRate = 0.02,
                UnavailableRate = 0.2,
                AgentErrorRate = 0.1,
                InvalidInputRate = 0.05,
            },
            TimeProvider.System);
        (_agents.OnInvoke, _agents.HoldAfter) = (simulated.InvokeAsync, 300);
        var id = await _fleet.SubmitAsync(400);

        var audits = 0;
        while (!BatchStatus.IsFinal((await _fleet.ComesToAsync(id, _ => true)).CurrentState))
        {
            await _fleet.AuditPassesAsync(id);
            if (++audits == 2)
                _agents.Release();
        }

        var counts = await _fleet.CountAsync(id);
        Assert.True(audits > 1);
        Assert.Equal((0, 400), (counts.Pending, counts.Settled));
        Assert.InRange(counts.Failed, 10, 80);
        Assert.Equal(BatchStatus.CompletedWithFailures, (await _fleet.EndsAsync(id)).CurrentState);
        var letters = await _fleet.Get<IDeadLetters>().ReadAsync(new(id, Limit: 1_000), CancellationToken.None);
        Assert.Equal(counts.Failed, letters.Count);
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Run_AgentThatTellsWhatCallsUse_SumsOfLedgerRowsAndSummaryAgreeAtEveryMoment()
    {
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, services => services.AddAgents(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Fleet:Agents:agent:Type"] = "simulated",
                ["Fleet:Agents:agent:Simulated:Latency"] = "00:00:00.002",
                ["Fleet:Agents:agent:Simulated:AgentErrorRate"] = "0.2",
                ["Fleet:Agents:agent:Simulated:InputTokens"] = "1000",
                ["Fleet:Agents:agent:Simulated:CostUsd"] = "0.000000001",
            }).Build()));
        var id = await fleet.SubmitAsync(400);

        while (!BatchStatus.IsFinal((await fleet.ComesToAsync(id, _ => true)).CurrentState))
        {
            var (before, after) = (await SumOfRowsAsync(), (await SumsAsync(), await SumOfRowsAsync()));
            Assert.InRange(after.Item1.InputTokens, before.InputTokens, after.Item2.InputTokens);
        }

        var rows = await fleet.Get<ILedger>().ReadSettledAsync(id, 0, 400, null, 400, CancellationToken.None);
        var usage = await SumsAsync();
        // Each attempt has run, and says that it cost a nano-dollar.
        Assert.All(rows, row => Assert.Equal(row.Attempts * 0.000000001m, row.Usage.Total.CostUsd));
        Assert.True(rows.Sum(row => row.Attempts) > 440);
        Assert.Equal(await SumOfRowsAsync(), usage);
        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(fleet.Output, "summary.json")));
        var exported = summary.RootElement.GetProperty("usage");
        Assert.Equal(
            (usage.InputTokens, usage.CostUsd),
            (exported.GetProperty("input_tokens").GetInt64(), exported.GetProperty("cost_usd").GetDecimal()));

        async Task<AgentUsage> SumsAsync() =>
            (await fleet.Get<ILedger>().SumAsync(id, CancellationToken.None)).Usage;

        async Task<AgentUsage> SumOfRowsAsync() =>
            (await fleet.Get<ILedger>().ReadSettledAsync(id, 0, 400, null, 400, CancellationToken.None))
                .Aggregate(default(AgentUsage), (sum, row) => sum + row.Usage.Total);
    }

    [Fact]
    public async Task Pause_MidRun_StopsAndResumeCompletesWithEachRowInvokedOnce()
    {
        SlowAgent();
        var id = await _fleet.SubmitAsync(300);
        await _fleet.SettlesAsync(id, 20);

        await _fleet.Controller.PauseAsync(id, CancellationToken.None);
        await _fleet.ComesToAsync(id, batch => batch.CurrentState == BatchStatus.Paused);
        _agents.Release();
        await Eventually.IsTrueAsync(() => !_fleet.Get<WorkerFleet.Items.InFlightItems>().Any(id));
        var paused = _agents.Calls.Count;
        Assert.InRange(paused, 20, 299);
        await _fleet.AuditPassesAsync(id);
        Assert.Equal(paused, _agents.Calls.Count);

        await _fleet.Controller.ResumeAsync(id, CancellationToken.None);

        Assert.Equal(BatchStatus.Completed, (await _fleet.EndsAsync(id)).CurrentState);
        AssertInvokedOnce(Enumerable.Range(0, 300).Select(i => (long)i));
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Cancel_MidRun_CountsEveryRowAndAReplayRunsTheRest()
    {
        SlowAgent();
        var id = await _fleet.SubmitAsync(300);
        await _fleet.SettlesAsync(id, 20);

        await _fleet.Controller.CancelAsync(id, "enough", CancellationToken.None);
        await _fleet.IsToEndAsync(id);
        _agents.Release();

        var batch = await _fleet.EndsAsync(id);
        Assert.Equal((BatchStatus.Cancelled, "enough"), (batch.CurrentState, batch.EndReason));
        var counts = await _fleet.CountAsync(id);
        Assert.Equal((300L, 300L), (counts.Settled, counts.Succeeded + counts.Cancelled));
        Assert.InRange(counts.Cancelled, 1, 280);
        await _fleet.AuditPassesAsync(id);

        await _fleet.Controller.ReplayAsync(id, null, null, CancellationToken.None);

        Assert.Equal(BatchStatus.Completed, (await _fleet.EndsAsync(id, round: 1)).CurrentState);
        AssertInvokedOnce(Enumerable.Range(0, 300).Select(i => (long)i));
        Assert.Equal(Enumerable.Range(0, 300), await ExportedAsync());
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task StopOnFirst_OneFails_EndsAsFailedAndTheRestIsCancelled()
    {
        var calls = 0;
        SlowAgent(failing: _ => Interlocked.Increment(ref calls) == 30);
        var id = await _fleet.SubmitAsync(300, spec => spec with { Failures = new() { StopOnFirst = true } });
        await _fleet.IsToEndAsync(id);
        _agents.Release();

        var batch = await _fleet.EndsAsync(id);

        Assert.Equal(BatchStatus.Failed, batch.CurrentState);
        var counts = await _fleet.CountAsync(id);
        Assert.Equal((1L, 300L), (counts.Failed, counts.Settled));
        Assert.True(counts.Cancelled > 0);
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Deadline_Passes_EndsAsFailedEvenIfRetriesWait()
    {
        _agents.Answer(_ => TestAgents.Fail(retryable: true, retryAfter: TimeSpan.FromHours(1)));
        var id = await _fleet.SubmitAsync(100, spec => spec with
        {
            Limits = spec.Limits with { Deadline = TimeSpan.FromSeconds(1) },
        });

        var batch = await _fleet.EndsAsync(id);

        Assert.Equal(BatchStatus.Failed, batch.CurrentState);
        Assert.Contains("deadline", batch.EndReason, StringComparison.Ordinal);
        Assert.Equal(new ItemCounts(0, 0, 0, 0, 100), await _fleet.CountAsync(id));
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Replay_ByItemGroupAndAll_RunsExactlyThese()
    {
        _agents.Answer(call => call.Attempt > 1 ? AgentReply.Succeed("1"u8.ToArray())
            : call.Index % 10 == 0 ? TestAgents.Fail(retryable: false, "No route.")
            : call.Index % 10 == 5 ? TestAgents.Fail(retryable: false, "No money.")
            : AgentReply.Succeed("1"u8.ToArray()));
        var id = await _fleet.SubmitAsync(100);
        await _fleet.EndsAsync(id);
        Assert.Equal(new ItemCounts(0, 80, 20, 0, 0), await _fleet.CountAsync(id));

        await _fleet.Controller.ReplayAsync(id, [10, 11], null, CancellationToken.None);
        await _fleet.EndsAsync(id, round: 1);
        Assert.Equal(new ItemCounts(0, 81, 19, 0, 0), await _fleet.CountAsync(id));

        var letters = await _fleet.Get<IDeadLetters>().ReadAsync(
            new(id, AfterIndex: 4, Limit: 1), CancellationToken.None);
        var group = letters[0].Group;
        await _fleet.Controller.ReplayAsync(id, null, group, CancellationToken.None);
        await _fleet.EndsAsync(id, round: 2);
        Assert.Equal(new ItemCounts(0, 91, 9, 0, 0), await _fleet.CountAsync(id));

        await _fleet.Controller.ReplayAsync(id, null, null, CancellationToken.None);
        Assert.Equal(BatchStatus.Completed, (await _fleet.EndsAsync(id, round: 3)).CurrentState);
        Assert.All(
            _agents.Calls.CountBy(call => call.Index), row => Assert.Equal(row.Key % 5 == 0 ? 2 : 1, row.Value));
        var open = await _fleet.Get<IDeadLetters>().ReadAsync(new(id, State: DeadLetterState.Open), CancellationToken.None);
        Assert.Empty(open);
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Replay_SeveralAskedForAtOnce_AreAllDone()
    {
        _agents.Answer(call => call.Attempt > 1 ? AgentReply.Succeed("1"u8.ToArray()) : TestAgents.Fail(retryable: false));
        var id = await _fleet.SubmitAsync(40);
        await _fleet.EndsAsync(id);

        for (var i = 0; i < 3; i++)
            await _fleet.Controller.ReplayAsync(id, [i, i + 10], null, CancellationToken.None);

        await _fleet.EndsAsync(id, round: 3);
        Assert.Equal(new ItemCounts(0, 6, 34, 0, 0), await _fleet.CountAsync(id));
    }

    [Fact]
    public async Task Stop_MidRun_ASecondProcessCompletesAndNoSucceededRowIsInvokedAgain()
    {
        SlowAgent(failing: index => index % 7 == 0);
        var id = await _fleet.SubmitAsync(300);
        await _fleet.SettlesAsync(id, 20);

        using var release = _fleet.Get<IHostApplicationLifetime>().ApplicationStopping.Register(_agents.Release);
        await _fleet.StopAsync();
        var settled = (await _fleet.CountAsync(id)).Settled;
        Assert.InRange(settled, 20, 299);
        await _fleet.DisposeAsync();
        _fleet = await EmbeddedFleet.StartAsync(_folder, _agents);
        await _fleet.AuditPassesAsync(id);
        _fleet.Drive(id);
        await _fleet.Controller.RedriveAsync(id, CancellationToken.None);

        Assert.Equal(BatchStatus.CompletedWithFailures, (await _fleet.EndsAsync(id)).CurrentState);
        var succeeded = await _fleet.SucceededAsync(id);
        Assert.Equal(300 - 43, succeeded.Count);
        AssertInvokedOnce(succeeded);
        await _fleet.AuditPassesAsync(id);
    }

    [Fact]
    public async Task Stop_AgentHeedsNoCancellation_StillStops()
    {
        var called = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        _agents.OnInvoke = async (_, _) =>
        {
            called.TrySetResult();
            await left.Task;
            return AgentReply.Succeed("1"u8.ToArray());
        };
        var id = await _fleet.SubmitAsync(20);
        await called.Task;
        await Eventually.HoldsAsync(() => _fleet.CountAsync(id), counts => counts.Total == 20);

        await _fleet.StopAsync(TimeSpan.FromSeconds(1)).WaitAsync(TimeSpan.FromSeconds(30));

        left.SetResult();
        Assert.Equal(20, (await _fleet.CountAsync(id)).Total);
    }

    [Fact]
    public async Task Run_SourceDeletedMeanwhile_EndsAsFailedWithEveryRowCounted()
    {
        SlowAgent();
        var id = await _fleet.SubmitAsync(300);
        await _fleet.SettlesAsync(id, 20);

        var batch = await _fleet.ComesToAsync(id, _ => true);
        await _fleet.Get<IBlobStore>().DeleteAsync(batch.SourceBlob, CancellationToken.None);
        _agents.Release();

        batch = await _fleet.EndsAsync(id);
        Assert.Equal(BatchStatus.Failed, batch.CurrentState);
        Assert.Contains("source", batch.EndReason, StringComparison.Ordinal);
        Assert.NotNull(batch.OutputProblem);
        Assert.Equal(300, (await _fleet.CountAsync(id)).Settled);
    }

    [Fact]
    public async Task Run_InputsTooLargeForAMessage_ReachTheAgentWholeInEveryAttempt()
    {
        // Escaped on the wire, each letter has six bytes.
        var letters = new string('ю', 100_000);
        _agents.Answer(call => call is { Index: 3, Attempt: 1 }
            ? TestAgents.Fail(retryable: true)
            : AgentReply.Succeed("1"u8.ToArray()));

        var id = await _fleet.SubmitAsync(
            40, spec => spec with { Mapping = spec.Mapping with { Prompt = "{{n}} " + letters } });

        Assert.Equal(BatchStatus.Completed, (await _fleet.EndsAsync(id)).CurrentState);
        Assert.Equal(41, _agents.Calls.Count);
        Assert.All(_agents.Calls, call => Assert.Equal(
            $"{call.Index} {letters}",
            call.Input.GetProperty("messages")[0].GetProperty("content").GetString()));
    }

    /// <summary>Takes its time over the first hundred calls, and waits before others until it is released.</summary>
    private void SlowAgent(Func<long, bool>? failing = null)
    {
        _agents.HoldAfter = 100;
        _agents.OnInvoke = async (call, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), token);
            return failing?.Invoke(call.Index) == true
                ? TestAgents.Fail(retryable: false)
                : AgentReply.Succeed("1"u8.ToArray());
        };
    }

    private void AssertInvokedOnce(IEnumerable<long> indexes)
    {
        var calls = _agents.Calls.CountBy(call => call.Index).ToDictionary();
        Assert.All(indexes, index => Assert.Equal(1, calls[index]));
    }

    private async Task<IEnumerable<int>> ExportedAsync() =>
        (await File.ReadAllLinesAsync(Path.Combine(_fleet.Output, "results.jsonl")))
            .Select(line => int.Parse(JsonElement.Parse(line).GetProperty("input").GetProperty("n").GetString()!, null));
}
