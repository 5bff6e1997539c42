using System.Text.Json;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Conformance.Emulators;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Sqs;

/// <summary>Programs that know SQS and MassTransit's envelope, and nothing else of the fleet, work with it.</summary>
[Collection(SqsTests.Name)]
public sealed class OtherClientTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 3;

    /// <summary>Deliveries after which SQS takes a message for one that ends its consumers.</summary>
    private const int MaxReceiveCount = 20;

    private static readonly string[] MessageType = ["urn:message:WorkerFleet.Items:ProcessBatchItem"];

    private readonly TestFleet _fleet = TestFleet.CreateForSqs(log);
    private SqsEmulator _sqs = null!;
    private OtherClient _other = null!;

    private string Items => $"{_fleet.Prefix}items";

    private string DeadLetters => $"{_fleet.Prefix}dead-letter";

    public async Task InitializeAsync()
    {
        _sqs = await SqsEmulator.StartOwnAsync();
        _other = new(_sqs.Endpoint);
        _fleet.UseSqs(_sqs.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _sqs.DisposeAsync();
    }

    [Fact]
    public async Task OtherClient_ReadsDeadLettersAndSendsAnItem_WhichTheFleetWorksOn()
    {
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"row {row}\n")));
        await _fleet.StartAsync(1, 0);
        var id = await _fleet.SubmitAsync("rows.csv", "--agent", "echo", "--prompt", "{{n}}", "--output", "results");
        await _fleet.WaitForAsync(id, progress => progress.Batch.DispatchComplete, "to be dispatched");
        // Without it nobody takes dead letters in, nor makes items again.
        await _fleet.Orchestrators[0].StopAsync();

        await _other.PeekAsync(Items, MaxReceiveCount + 1);
        var letters = await _other.PeekAsync(DeadLetters);

        Assert.Equal(Rows, letters.Count);
        var messages = letters.ToDictionary(letter => EnvelopeOf(letter).GetProperty("message").GetProperty("index").GetInt32());
        Assert.All(letters, letter =>
        {
            Assert.Equal(MessageType[0], EnvelopeOf(letter).GetProperty("messageType")[0].GetString());
            Assert.Equal(id, EnvelopeOf(letter).GetProperty("message").GetProperty("batchId").GetGuid());
            Assert.Equal(
                "application/vnd.masstransit+json",
                letter.GetProperty("MessageAttributes").GetProperty("Content-Type").GetProperty("StringValue").GetString());
        });

        // Row 1 it takes on itself.
        await _other.CallAsync(
            "DeleteMessage", DeadLetters, new { ReceiptHandle = messages[1].GetProperty("ReceiptHandle").GetString() });
        await _other.CallAsync("SendMessage", Items, new
        {
            MessageBody = JsonSerializer.Serialize(new
            {
                messageId = Guid.CreateVersion7(),
                messageType = MessageType,
                message = new
                {
                    batchId = id, index = 1, attempt = 1, agent = "echo", slice = 0, mayRepeat = true,
                    input = new { messages = new[] { new { role = "user", content = "from another client" } } },
                },
            }),
            MessageAttributes = new Dictionary<string, object>
            {
                ["Content-Type"] = new { DataType = "String", StringValue = "application/vnd.masstransit+json" },
            },
        });
        await _fleet.StartAsync(1, 1);

        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.Completed, Rows), (end.Batch.CurrentState, end.Counts.Succeeded));
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Equal(
            ["row 0", "from another client", "row 2"],
            (await File.ReadAllLinesAsync(Path.Combine(_fleet.Workspace["results"], "results.jsonl")))
                .Select(line => JsonElement.Parse(line).GetProperty("output").GetProperty("echo").GetString()));
    }

    private static JsonElement EnvelopeOf(JsonElement message) => JsonElement.Parse(message.GetProperty("Body").GetString()!);
}
