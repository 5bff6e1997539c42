using System.Text;
using RabbitMQ.Client;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Journal;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Messages that nobody can handle, and those that the broker takes from their queue.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class MessageTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const string Json = "application/vnd.masstransit+json";

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task BrokenMessages_InTheQueuesOfARunningFleet_AreFiledAndDisturbNothing()
    {
        const int Rows = 400;
        Dictionary<string, (string Queue, string? ContentType, string Cause)> broken = new()
        {
            ["garbage \0 of items"] = ("items", null, "cannot be read"),
            ["garbage \0 of batches"] = ("batches", null, "cannot be read"),
            ["""{"messageType":["urn:message:Other:Thing"],"message":{"in":"items"}}"""] = ("items", Json, "nobody handles"),
            ["""{"messageType":["urn:message:Other:Thing"],"message":{"in":"batches"}}"""] = ("batches", Json, "nobody handles"),
            ["""{"messageType":["urn:message:WorkerFleet.Items:ProcessBatchItem"],"message":{"batchId":"none"}}"""] =
                ("items", Json, "cannot be read"),
            // Where nobody expects items, it is one that nobody handles, damaged or not.
            ["""{"messageType":["urn:message:WorkerFleet.Items:ProcessBatchItem"],"message":{"batchId":"nor here"}}"""] =
                ("batches", Json, "nobody handles"),
            ["""{"messageType":["urn:message:WorkerFleet.Batches:PauseBatch"],"message":{"batchId":7}}"""] =
                ("batches", Json, "cannot be read"),
        };
        WithAgent("00:00:00.050");
        _fleet.Workspace.Write("rows.csv", Csv(Rows));
        await _fleet.StartAsync(1, 2);
        var batch = await SubmitAsync();
        await _fleet.WaitForSettledAsync(batch, 1);

        await using (var connection = await broker.ConnectAsync(CancellationToken.None))
        await using (var channel = await connection.CreateChannelAsync())
            foreach (var (body, (queue, contentType, _)) in broken)
                await channel.BasicPublishAsync(
                    "", _fleet.Prefix + queue, mandatory: true, new BasicProperties { ContentType = contentType },
                    Encoding.UTF8.GetBytes(body));

        Dictionary<string, (string Queue, string Cause)> filed = [];
        try
        {
            await Wait.UntilAsync(
                async () => (filed = await ReadFiledAsync()).Count >= broken.Count, "all broken messages to be filed");
        }
        finally
        {
            foreach (var body in broken.Keys.Except(filed.Keys))
                log.WriteLine($"Not filed: {body}");
        }

        Assert.Equal(broken.Keys.Order(StringComparer.Ordinal), filed.Keys.Order(StringComparer.Ordinal));
        foreach (var (body, (queue, _, cause)) in broken)
        {
            log.WriteLine($"{body}: {filed[body]}");
            Assert.Equal(_fleet.Prefix + queue, filed[body].Queue);
            Assert.Contains(cause, filed[body].Cause, StringComparison.Ordinal);
        }

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        Assert.Equal(Rows, new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        await _fleet.Workspace.AuditAsync();
        Assert.All(_fleet.Members, member => Assert.True(member.IsRunning, member.Name));
        foreach (var queue in (string[])["items", "batches", "dead-letter"])
            await Wait.UntilAsync(
                async () => await broker.CountAsync(_fleet.Prefix + queue, CancellationToken.None) == 0, $"{queue} to be empty");
    }

    [Fact]
    public async Task Items_TheBrokerDeliveredTooOften_AreTakenUpAgain()
    {
        const int Rows = 3;
        WithAgent("00:00:00");
        _fleet.Workspace.Write("rows.csv", Csv(Rows));
        await _fleet.StartAsync(1, 0);
        var batch = await SubmitAsync();

        await using (var connection = await broker.ConnectAsync(CancellationToken.None))
        await using (var channel = await connection.CreateChannelAsync())
        await using (var store = _fleet.OpenStore())
            await Wait.UntilAsync(
                async () =>
                {
                    if (await HaveReturnedAsync(store, batch, Rows))
                        return true;
                    // As a worker that ends with it does.
                    if (await channel.BasicGetAsync(_fleet.Prefix + "items", autoAck: false) is { } message)
                        await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true);
                    return false;
                },
                "the broker to give up on the items");
        await (await _fleet.BeginWorkerAsync()).WaitUntilReadyAsync();

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        Assert.Equal(Rows, new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        Assert.Empty(await ReadFiledAsync());
    }

    private static async Task<bool> HaveReturnedAsync(Store.StoreReader store, Guid batch, int rows)
    {
        for (var index = 0; index < rows; index++)
            if ((await store.ReadEventsAsync(batch, index)).All(e => e.Status != JournalStatus.Returned))
                return false;
        return true;
    }

    private void WithAgent(string latency)
    {
        _fleet.Workspace.Environment["FLEET__AGENTS__SIM__TYPE"] = "simulated";
        _fleet.Workspace.Environment["FLEET__AGENTS__SIM__SIMULATED__LATENCY"] = latency;
    }

    private static string Csv(int rows) => "n\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{row}\n"));

    private Task<Guid> SubmitAsync() => _fleet.SubmitAsync(
        "rows.csv", "--agent", "sim", "--prompt", "{{n}}", "--output", "results");

    /// <summary>What is filed, by body.</summary>
    private async Task<Dictionary<string, (string Queue, string Cause)>> ReadFiledAsync() =>
        (await _fleet.Workspace.RunAsync("dead-letters", "messages", "--json")).ShouldBe(0).Json().EnumerateArray()
            .ToDictionary(
                message => message.GetProperty("body").GetString()!,
                message => (message.GetProperty("queue").GetString()!, message.GetProperty("cause").GetString()!));
}
