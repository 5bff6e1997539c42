using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Journal;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>The sample agents in the background of a fleet's batch: AWS's runtime, and a journal of their own.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class SampleBackgroundTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 200;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private SampleAgent? _agent;

    public async Task InitializeAsync()
    {
        await _fleet.UseCloudStoreAsync();
        _fleet.Workspace
            .Write("rows.csv", "word\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"word {row}\n")))
            .Write("input.json", """{"mode":"background","prompt":"{{word}}","delayMs":6000}""");
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
    }

    [Theory]
    [InlineData("typescript")]
    [InlineData("csharp")]
    public async Task Batch_AgentDiesInTheMiddleOfItsTasks_TriesThemAgainAfterTheirTimeAndCompletes(string sample)
    {
        var variables = _fleet.Workspace.Environment;
        _agent = await SampleAgent.StartAsync(sample, new Dictionary<string, string>
        {
            ["JOURNAL_TABLE"] = variables["TASKS_TABLE"],
            ["AWS_REGION"] = variables["AWS_REGION"],
            ["AWS_ACCESS_KEY_ID"] = variables["AWS_ACCESS_KEY_ID"],
            ["AWS_SECRET_ACCESS_KEY"] = variables["AWS_SECRET_ACCESS_KEY"],
            ["AWS_ENDPOINT_URL_DYNAMODB"] = variables["AWS_ENDPOINT_URL_DYNAMODB"],
        });
        _fleet.Workspace.WithAgents(new { sample = new { Type = "http", _agent.Url, Async = true, CompleteWithin = "00:00:25" } });
        await _fleet.StartAsync(1, 1, "--concurrency", "50");
        var id = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "sample", "--template", "input.json", "--output", "results", "--concurrency", "50",
            // Those that were not accepted yet are tried until the agent is there again, however long it takes to start.
            "--retry-delay", "100ms", "--retry-max-delay", "5s", "--attempts", "30");
        await _fleet.WaitForAsync(id, progress => progress.Waiting >= Rows / 2, "to have half of its items accepted");

        await _agent.KillAndStartAsync();

        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.Completed, Rows), (end.Batch.CurrentState, end.Counts.Succeeded));
        await _fleet.Workspace.AuditAsync();
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        var again = 0;
        await using var store = _fleet.OpenStore();
        for (var row = 0; row < Rows; row++)
        {
            var events = await store.ReadEventsAsync(id, row);
            Assert.Single(events, journaled => journaled.Status == JournalStatus.InvocationSucceeded);
            again += events.Any(journaled => journaled.Status == JournalStatus.InvocationFailed) ? 1 : 0;
        }

        log.WriteLine($"{again} of {Rows} tasks died with their agent and were done again.");
        Assert.InRange(again, 1, Rows);
    }
}
