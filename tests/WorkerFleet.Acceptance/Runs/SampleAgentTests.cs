using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.AgentCore;
using WorkerFleet.Conformance.Stores;
using WorkerFleet.DynamoDb;
using WorkerFleet.DynamoDb.Tables;

namespace WorkerFleet.Acceptance.Runs;

/// <summary>The agents of samples/agents do what their README says.</summary>
public sealed class SampleAgentTests : IAsyncLifetime, IDisposable
{
    private const int SampleRows = 20;
    private const string Session = "b-0193b1f2a3c47d5e8f90a1b2c3d4e5f6-0000000007-1";
    private const string Another = "b-0193b1f2a3c47d5e8f90a1b2c3d4e5f6-0000000008-1";

    private readonly Workspace _fleet = Workspace.Create().WithSamples();
    private readonly HttpClient _client = new();
    private SampleAgent? _agent;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
        await _fleet.DisposeAsync();
    }

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("typescript")]
    [InlineData("csharp")]
    public async Task Run_SyncAndStreaming_AnswerEveryRow(string sample)
    {
        _agent = await SampleAgent.StartAsync(sample, new Dictionary<string, string>());
        _fleet.WithAgents(new { sample = new { Type = "http", _agent.Url, RequireDoneEvent = true } });
        foreach (var mode in (string[])["sync", "stream"])
        {
            _fleet.Write("template.json", JsonSerializer.Serialize(new { mode, prompt = "{{name}}, {{city}}" }));

            (await _fleet.RunAsync(
                "run", "samples/addresses.csv", "--agent", "sample", "--template", "template.json", "--output", mode)).ShouldBe(0);

            Assert.All(new Export(_fleet[mode]).ShouldBeComplete(SampleRows).Results, line => Assert.Equal(
                $"{line.GetProperty("input").GetProperty("name")}, {line.GetProperty("input").GetProperty("city")}",
                line.GetProperty("output").GetProperty("output").GetString()));
        }
    }

    [Theory]
    [InlineData("typescript", "sync")]
    [InlineData("typescript", "stream")]
    [InlineData("csharp", "sync")]
    [InlineData("csharp", "stream")]
    public async Task Run_FailureThatNothingHelps_IsTriedOnce(string sample, string mode)
    {
        _agent = await SampleAgent.StartAsync(sample, new Dictionary<string, string>());
        _fleet
            .WithAgents(new { sample = new { Type = "http", _agent.Url } })
            .Write("rows.csv", "n\n1\n")
            .Write("template.json", JsonSerializer.Serialize(new { mode, prompt = "{{n}}", fail = "no such street" }));

        (await _fleet.RunAsync(
            "run", "rows.csv", "--agent", "sample", "--template", "template.json", "--output", "results")).ShouldBe(1);

        var failure = new Export(_fleet["results"]).ShouldBeComplete(1).Failures.Single();
        Assert.Equal(1, failure.GetProperty("attempts").GetInt32());
        Assert.EndsWith(
            ": no such street", failure.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("typescript", null)]
    [InlineData("typescript", "no such street")]
    [InlineData("csharp", null)]
    [InlineData("csharp", "no such street")]
    public async Task Background_Task_JournalsItsOwnEnd(string sample, string? fail)
    {
        using var tables = await MakeTablesAsync(sample);

        using var accepted = await InvokeAsync(Session, new { mode = "background", prompt = "hi", delayMs = 100, fail });
        Assert.Equal("started", accepted.RootElement.GetProperty("status").GetString());
        await Wait.UntilAsync(async () => await HealthAsync() == "Healthy", "the end of the task");

        var events = await tables.EventsAsync(Session);
        Assert.Equal(
            ["AGENT_BACKGROUND_TASK_STARTED", fail is null ? "AGENT_BACKGROUND_TASK_COMPLETED" : "AGENT_BACKGROUND_TASK_FAILED"],
            events.Select(item => item["status"].S));
        Assert.All(events, item =>
        {
            Assert.Equal($"EVENT#{item["createdAt"].S}#{item["eventId"].S}", item["SK"].S);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", item["createdAt"].S);
            Assert.Equal(Session, item["sessionId"].S);
            Assert.True(long.Parse(item["ttlSeconds"].N, CultureInfo.InvariantCulture)
                > DateTimeOffset.Parse(item["createdAt"].S, CultureInfo.InvariantCulture).ToUnixTimeSeconds());
        });
        var end = events[^1];
        if (fail is null)
            Assert.Equal("""{"output":"hi"}""", end["output"].S);
        else
            Assert.Equal((fail, false), (end["errorMessage"].S, end["retryable"].BOOL));
    }

    [Theory]
    [InlineData("typescript")]
    [InlineData("csharp")]
    public async Task Background_CallAgainDuringTheTask_IsNotBegunAgain(string sample)
    {
        using var tables = await MakeTablesAsync(sample);
        // Far longer than the test: the agent ends with it.
        var input = new { mode = "background", prompt = "hi", delayMs = 600_000 };

        using var accepted = await InvokeAsync(Another, input);
        Assert.Equal("HealthyBusy", await HealthAsync());
        // The answer to the first call could have been lost.
        using var repeated = await InvokeAsync(Another, input);
        Assert.Equal("started", repeated.RootElement.GetProperty("status").GetString());

        // What comes to its end after that shows that nothing more is on its way to the journal.
        using var later = await InvokeAsync(Session, new { mode = "background", prompt = "hi", delayMs = 100 });
        await Wait.UntilAsync(async () => (await tables.EventsAsync(Session)).Count == 2, "the end of a later task");
        Assert.Equal(
            ["AGENT_BACKGROUND_TASK_STARTED"], (await tables.EventsAsync(Another)).Select(item => item["status"].S));
    }

    private async Task<JournalTable> MakeTablesAsync(string sample)
    {
        var address = await DynamoLocal.AddressAsync();
        var name = $"fleet-{Guid.CreateVersion7():N}";
        var table = new JournalTable(address, $"{name}-journal");
        using var tables = new DynamoDbTables(
            new DynamoDbOptions { RunsTable = $"{name}-runs", JournalTable = table.Name, Client = table.Client },
            TimeProvider.System);
        await tables.ProvisionAsync(CancellationToken.None);
        _agent = await SampleAgent.StartAsync(sample, new Dictionary<string, string>
        {
            ["JOURNAL_TABLE"] = table.Name,
            ["AWS_ENDPOINT_URL_DYNAMODB"] = address.ToString(),
            ["AWS_REGION"] = JournalTable.Region,
            ["AWS_ACCESS_KEY_ID"] = JournalTable.Key,
            ["AWS_SECRET_ACCESS_KEY"] = JournalTable.Key,
        });
        return table;
    }

    private async Task<JsonDocument> InvokeAsync(string session, object input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_agent!.Url}/invocations")
        {
            Content = JsonContent.Create(input, options: new(JsonSerializerDefaults.Web)
            {
                DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
            }),
        };
        request.Headers.Add(AgentHeaders.SessionId, session);
        request.Headers.Add("Accept", AgentHeaders.Accept);
        using var response = await _client.SendAsync(request);
        return JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    }

    private async Task<string?> HealthAsync()
    {
        using var ping = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"{_agent!.Url}/ping")));
        return ping.RootElement.GetProperty("status").GetString();
    }

    private sealed class JournalTable(Uri address, string name) : IDisposable
    {
        public const string Region = "eu-central-1";
        public const string Key = "test";

        public string Name => name;

        public IAmazonDynamoDB Client { get; } = new AmazonDynamoDBClient(
            new BasicAWSCredentials(Key, Key),
            new AmazonDynamoDBConfig { ServiceURL = address.ToString(), AuthenticationRegion = Region });

        public async Task<List<Dictionary<string, AttributeValue>>> EventsAsync(string session) => (await Client.QueryAsync(
            new QueryRequest(name)
            {
                KeyConditionExpression = "PK = :pk",
                ExpressionAttributeValues = new() { [":pk"] = new($"SESSION#{session}") },
                ConsistentRead = true,
            })).Items;

        public void Dispose() => Client.Dispose();
    }
}
