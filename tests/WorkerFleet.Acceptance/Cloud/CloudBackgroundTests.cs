using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>Agents that know nothing of the fleet but the table of the journal, and write there that they are done.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CloudBackgroundTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 300;
    private const int FailedRow = 7;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private BackgroundAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await BackgroundAgent.StartAsync();
        await _fleet.UseCloudStoreAsync();
        _fleet.Workspace
            .Write("rows.csv", "word\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"word {row}\n")))
            .WithAgents(new { background = new { Type = "http", _agent.Url, Async = true, CompleteWithin = "01:00:00" } });
        await _fleet.StartAsync(1, 1, "--concurrency", "50");
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Batch_AgentsJournalTheirOwnCompletion_IsFoundByTheIndex()
    {
        var id = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "background", "--prompt", "{{word}}", "--output", "results", "--concurrency", "50",
            "--attempts", "1");
        await _fleet.WaitForAsync(id, progress => progress.Waiting == Rows, "to have all of its items accepted");
        using var journal = new AmazonDynamoDBClient(
            _fleet.Workspace.Environment["AWS_ACCESS_KEY_ID"], _fleet.Workspace.Environment["AWS_SECRET_ACCESS_KEY"],
            new AmazonDynamoDBConfig
            {
                ServiceURL = _fleet.Workspace.Environment["AWS_ENDPOINT_URL_DYNAMODB"],
                AuthenticationRegion = _fleet.Workspace.Environment["AWS_REGION"],
            });

        foreach (var call in _agent.Calls)
            await WriteAsync(journal, call);

        // Within the hour that the agents have: it is the index that finds them, or the batch would not end in time.
        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.CompletedWithFailures, Rows - 1, 1),
            (end.Batch.CurrentState, end.Counts.Succeeded, end.Counts.Failed));
        Assert.Equal(Rows, _agent.Invocations);
        await _fleet.Workspace.AuditAsync();
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Contains("the customer is unknown", File.ReadAllText(_fleet.Workspace["results/failures.jsonl"]), StringComparison.Ordinal);
    }

    private Task WriteAsync(AmazonDynamoDBClient journal, BackgroundCall call)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var failed = ItemSession.Parse(call.Session)!.Value.Index == FailedRow;
        var item = new Dictionary<string, AttributeValue>
        {
            ["PK"] = new($"SESSION#{call.Session}"),
            ["SK"] = new($"EVENT#{now}#{Guid.CreateVersion7()}"),
            ["sessionId"] = new(call.Session),
            ["createdAt"] = new(now),
            ["status"] = new(failed ? JournalStatus.BackgroundTaskFailed : JournalStatus.BackgroundTaskCompleted),
            ["ttlSeconds"] = new() { N = "4000000000" },
        };
        if (failed)
            item["errorMessage"] = new("the customer is unknown");
        return journal.PutItemAsync(_fleet.Workspace.Environment["TASKS_TABLE"], item);
    }
}
