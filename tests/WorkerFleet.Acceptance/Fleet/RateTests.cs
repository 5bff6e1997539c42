using System.Globalization;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>
/// An agent behind a quota of 25 calls a second, as AgentCore has one of sessions, that answers 429 beyond. What was made of
/// the quota is counted by the agent, over the steady middle of the batch.
/// </summary>
[Collection(RabbitMqTests.Name)]
public sealed class RateTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int PerSecond = 25;
    private const int Rows = 900;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(200);
        _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__TYPE"] = "http";
        _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__URL"] = _agent.Url;
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task ConfiguredRate_AgentWithThatQuota_IsUsedAndHardlyThrottled(int workers)
    {
        _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__CALLSPERSECOND"] = Number(PerSecond);

        var (used, throttled) = await RunAsync(workers, new(PerSecond));

        // The agent itself lets no more pass than its quota, and what its bucket had saved.
        Assert.InRange(used, 0.95, 1 + (PerSecond / (0.6 * Rows)));
        Assert.InRange(throttled, 0, 0.02);
    }

    /// <summary>What is measured here is in docs/limits.md; that it ends, each row done once, is what is asserted.</summary>
    [Theory]
    [InlineData(4, false, false)]
    [InlineData(1, true, true)]
    public async Task Rate_OtherQuotas_IsFoundAndNoRowIsLost(int workers, bool isConfigured, bool inAnySecond)
    {
        if (isConfigured)
            _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__CALLSPERSECOND"] = Number(PerSecond);

        await RunAsync(workers, new(PerSecond, inAnySecond));
    }

    private async Task<(double Used, double Throttled)> RunAsync(int workers, CallQuota quota)
    {
        _agent.Allows = quota.TryTake;
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        await _fleet.StartAsync(1, workers);
        var batch = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "quota", "--prompt", "{{n}}", "--output", "results", "--concurrency", "40");

        var end = await _fleet.WaitForEndAsync(batch);

        var (used, throttled) = quota.TypicalOfMiddle();
        var (middle, all) = (quota.Middle(), quota.Count());
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{workers} workers: {middle.Used:P1} of the quota, {middle.Throttled:P2} of the calls throttled; typically " +
            $"{used:P1} and {throttled:P2}; in all {all.Throttled} of {all.Allowed + all.Throttled} throttled."));
        Assert.Equal(BatchStatus.Completed, end.Batch.CurrentState);
        Assert.Equal(Rows, new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        Assert.Equal((Rows, Rows), (_agent.Sessions.Count, _agent.Sessions.Distinct().Count()));
        await _fleet.Workspace.AuditAsync();
        return (used, throttled);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
