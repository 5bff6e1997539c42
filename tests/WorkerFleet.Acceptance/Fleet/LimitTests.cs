using System.Globalization;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Limits hold for the whole fleet, whoever joins or leaves it, and are made use of.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class LimitTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Limit = 10;
    private const int LowerLimit = 4;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(200);
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__TYPE"] = "http";
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__URL"] = _agent.Url;
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task BatchLimit_FourWorkers_IsNeverExceededAndKeepsTheAgentBusy()
    {
        const int Rows = 1_000;
        await _fleet.StartAsync(1, 4);
        var batch = await SubmitAsync("rows.csv", Rows, Limit);

        var end = await _fleet.WaitForEndAsync(batch);

        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"The agent was kept {_agent.Calls.MeanInFlight / Limit:P1} busy: {_agent.Calls.MeanInFlight:F2} of {Limit} calls."));
        for (var part = 0; part < Rows; part += Rows / 5)
            log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"From call {part} on: {_agent.Calls.MeanInFlightBetween(part, part + (Rows / 5) - 1):F2}."));
        Assert.InRange(_agent.Calls.Peak, 1, Limit);
        ShouldBeDoneOnce(end, Rows);
    }

    [Fact]
    public async Task BatchLimit_WorkerJoinsAndAnotherLeavesAndTheLimitIsLowered_IsNeverExceeded()
    {
        const int Rows = 1_500;
        await _fleet.StartAsync(1, 4);
        var batch = await SubmitAsync("rows.csv", Rows, Limit);
        await WaitForCallsAsync(100);

        var fifth = await _fleet.BeginWorkerAsync();
        await fifth.WaitUntilReadyAsync();
        await WaitForCallsAsync(_agent.Calls.Begun + 100);
        await _fleet.Workers[0].StopAsync();
        await WaitForCallsAsync(_agent.Calls.Begun + 100);
        Assert.InRange(_agent.Calls.Peak, 1, Limit);

        (await SetConcurrencyAsync(batch, LowerLimit)).ShouldBe(0);
        // Each worker learns of it by itself, within two seconds.
        await Wait.UntilAsync(async () => await PeakOfNextAsync(20) <= LowerLimit, "the workers to learn of the new limit");
        // One that stood still meanwhile may not have. All have by the time that they go on after a pause; then it holds.
        (await _fleet.Workspace.RunAsync("pause", batch.ToString())).ShouldBe(0);
        await _fleet.WaitUntilIdleAsync();
        _agent.Calls.ResetPeak();
        await _fleet.Workspace.StartAsync("resume", batch.ToString());
        await WaitForCallsAsync(_agent.Calls.Begun + 60);
        Assert.InRange(_agent.Calls.Peak, 1, LowerLimit);

        (await SetConcurrencyAsync(batch, 100)).ShouldBe(0);
        ShouldBeDoneOnce(await _fleet.WaitForEndAsync(batch), Rows);
    }

    /// <summary>Calls at once, over so many calls that begin from now on.</summary>
    private async Task<int> PeakOfNextAsync(int calls)
    {
        _agent.Calls.ResetPeak();
        await WaitForCallsAsync(_agent.Calls.Begun + calls);
        return _agent.Calls.Peak;
    }

    [Fact]
    public async Task AgentLimit_TwoBatchesOnThreeWorkers_IsNeverExceeded()
    {
        const int Rows = 300;
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__CONCURRENCY"] = Limit.ToString(CultureInfo.InvariantCulture);
        await _fleet.StartAsync(1, 3);

        var first = await SubmitAsync("first.csv", Rows, 8);
        var second = await SubmitAsync("second.csv", Rows, 50);

        await _fleet.WaitForEndAsync(first);
        await _fleet.WaitForEndAsync(second);
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_agent.Calls.BegunDuring(second, first)} calls of the second batch during the first; at most {_agent.Calls.Peak} at once."));
        Assert.InRange(_agent.Calls.Peak, 1, Limit);
        Assert.Equal(2 * Rows, _agent.Sessions.Count);
    }

    private Task<Guid> SubmitAsync(string file, int rows, int concurrency)
    {
        _fleet.Workspace.Write(file, "n\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{row}\n")));
        return _fleet.SubmitAsync(
            file, "--agent", "slow", "--prompt", "{{n}}", "--output", $"{file}-results",
            "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture));
    }

    private Task<FleetExit> SetConcurrencyAsync(Guid batch, int concurrency) => _fleet.Workspace.RunAsync(
        "set", batch.ToString(), "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture));

    private Task WaitForCallsAsync(int calls) => Wait.UntilAsync(() => _agent.Calls.Begun >= calls, "calls of the agent");

    private void ShouldBeDoneOnce(BatchProgress end, int rows)
    {
        Assert.Equal(BatchStatus.Completed, end.Batch.CurrentState);
        Assert.Equal(rows, new Export(_fleet.Workspace["rows.csv-results"]).ShouldBeComplete(rows).CountOf("succeeded"));
        Assert.Equal(rows, _agent.Sessions.Count);
        Assert.Equal(rows, _agent.Sessions.Distinct().Count());
    }
}
