using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Several orchestrators at once.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class OrchestratorTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 2_000;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task TwoOrchestrators_OneIsKilled_TheOtherCompletesTheBatch(int killed)
    {
        _fleet.Workspace.Environment["FLEET__AGENTS__SIM__TYPE"] = "simulated";
        _fleet.Workspace.Environment["FLEET__AGENTS__SIM__SIMULATED__LATENCY"] = "00:00:00.050";
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        await _fleet.StartAsync(2, 1);
        var batch = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "sim", "--prompt", "{{n}}", "--concurrency", "20", "--output", "results");
        await _fleet.WaitForSettledAsync(batch, 200);

        await _fleet.Orchestrators[killed].KillAsync();

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        var export = new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Rows, export.CountOf("succeeded"));
        await _fleet.Workspace.AuditAsync();
    }

    [Fact]
    public async Task TwoOrchestrators_ManyBatches_AreAllWrittenOnceAndWhole()
    {
        const int Batches = 6;
        await _fleet.StartAsync(2, 1);
        var batches = new List<Guid>();
        for (var number = 0; number < Batches; number++)
        {
            _fleet.Workspace.Write($"{number}.csv", "n\n" + string.Concat(Enumerable.Range(0, 100).Select(row => $"{number}.{row}\n")));
            batches.Add(await _fleet.SubmitAsync(
                $"{number}.csv", "--agent", "echo", "--prompt", "{{n}}", "--output", $"results-{number}"));
        }

        for (var number = 0; number < Batches; number++)
        {
            Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batches[number])).Batch.CurrentState);
            new Export(_fleet.Workspace[$"results-{number}"]).ShouldBeComplete(100);
        }
    }
}
