using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Completions;
using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What agents write into the journal's table, in the shape of systems that have such agents, is found.</summary>
public sealed class DynamoCompletionFeedTests
{
    private static readonly Guid Batch = Guid.CreateVersion7();

    [Fact]
    public async Task Read_EventsOfManySessions_FindsThoseOfTheNameAndTimeAndNoneOfOurs()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var store = fixture.Open();
        for (var row = 0; row < 5; row++)
            await WriteAsync(fixture, row, JournalStatus.BackgroundTaskCompleted, Samples.Noon.AddSeconds(row));
        await WriteAsync(fixture, 7, JournalStatus.BackgroundTaskFailed, Samples.Noon.AddSeconds(3));
        await WriteAsync(fixture, 8, "AGENT_BACKGROUND_TASK_STARTED", Samples.Noon.AddSeconds(3));
        await store.GetRequiredService<IJournal>().AppendAsync(
            Samples.Event(Batch, 9, JournalStatus.BackgroundTaskCompleted), CancellationToken.None);

        var completed = await ReadAsync(store, JournalStatus.BackgroundTaskCompleted);
        var failed = Assert.Single(await ReadAsync(store, JournalStatus.BackgroundTaskFailed));

        Assert.Equal([2, 3, 4], completed.Select(found => ItemSession.Parse(found.SessionId!)!.Value.Index));
        Assert.All(completed, found => Assert.Equal("""{"row":1}""", found.Output!.Value.GetRawText()));
        Assert.Equal((Samples.Noon.AddSeconds(3), "it broke"), (failed.CreatedAt, failed.ErrorMessage));
    }

    [Fact]
    public async Task Find_OneSession_FindsWhatBecameOfIt()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var feed = fixture.Open().GetRequiredService<ICompletionFeed>();
        await WriteAsync(fixture, 1, "AGENT_BACKGROUND_TASK_STARTED", Samples.Noon);
        await WriteAsync(fixture, 2, "AGENT_BACKGROUND_TASK_STARTED", Samples.Noon);
        await WriteAsync(fixture, 2, JournalStatus.BackgroundTaskFailed, Samples.Noon.AddSeconds(1));

        Assert.Null(await feed.FindAsync(ItemSession.ForAttempt(Batch, 1, 1), CancellationToken.None));
        Assert.Equal(
            JournalStatus.BackgroundTaskFailed,
            (await feed.FindAsync(ItemSession.ForAttempt(Batch, 2, 1), CancellationToken.None))?.Status);
    }

    private static async Task<List<AgentEvent>> ReadAsync(IServiceProvider store, string status)
    {
        var found = new List<AgentEvent>();
        await foreach (var agentEvent in store.GetRequiredService<ICompletionFeed>().ReadAsync(
            status, Samples.Noon.AddSeconds(2), CancellationToken.None))
            found.Add(agentEvent);
        return found;
    }

    private static Task WriteAsync(DynamoFixture fixture, int row, string status, DateTimeOffset at)
    {
        var session = ItemSession.ForAttempt(Batch, row, 1);
        var time = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var item = new Dictionary<string, AttributeValue>
        {
            ["PK"] = new($"SESSION#{session}"),
            ["SK"] = new($"EVENT#{time}#{status}"),
            ["sessionId"] = new(session),
            ["eventId"] = new(status),
            ["createdAt"] = new(time),
            ["status"] = new(status),
            ["ttlSeconds"] = new() { N = "4000000000" },
        };
        if (status == JournalStatus.BackgroundTaskFailed)
            item["errorMessage"] = new("it broke");
        else
            item["output"] = new("""{"row":1}""");
        return fixture.Options.Client!.PutItemAsync(fixture.Options.JournalTable, item);
    }
}
