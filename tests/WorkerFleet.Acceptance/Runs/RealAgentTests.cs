using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;

namespace WorkerFleet.Acceptance.Runs;

public sealed class RealAgentTests(AwsRuntime aws) : IClassFixture<AwsRuntime>, IAsyncLifetime
{
    private const int SampleRows = 20;

    private readonly Workspace _fleet = Workspace.Create().WithSamples();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Theory]
    [InlineData("sync")]
    [InlineData("stream-words")]
    public async Task Run_AwsRuntime_AnswersEveryRow(string mode)
    {
        _fleet.Write("template.json", JsonSerializer.Serialize(new { mode, text = "{{name}}", words = (string[])["{{city}}", "!"] }));

        (await _fleet.RunAsync(
            "run", "samples/addresses.csv", "--agent-url", aws.Url, "--template", "template.json", "--output", "results"))
            .ShouldBe(0);

        var export = new Export(_fleet["results"]).ShouldBeComplete(SampleRows);
        Assert.All(export.Results, line => Assert.Contains(
            line.GetProperty("input").GetProperty(mode == "sync" ? "name" : "city").GetString()!,
            TextsOf(line.GetProperty("output"))));
        if (mode == "sync")
            Assert.All(export.Results, line => Assert.Equal(
                line.GetProperty("session").GetString(),
                line.GetProperty("output").GetProperty("sessionId").GetString()));
        await _fleet.AuditAsync();
    }

    /// <summary>As in the document on agents that work in the background.</summary>
    [Fact]
    public async Task Run_AgentThatWorksInTheBackground_SettlesEachRowByItsCallback()
    {
        await using var fleet = Workspace.Create();
        var agent = await fleet.StartAsync("agent", "--behaviour", "async", "--latency", "300ms", "--port", "0", "--json");
        await Wait.UntilAsync(() => agent.Output.Contains('}', StringComparison.Ordinal), "the agent to serve");
        using var address = System.Text.Json.JsonDocument.Parse(agent.Output);
        fleet.Environment["FLEET__CALLBACKS__PORT"] = "0";
        fleet.Environment["FLEET__CALLBACKS__SECRET"] = "a secret of this test alone";
        fleet.Write("rows.csv", "word\n" + string.Concat(Enumerable.Range(0, 50).Select(row => $"word {row}\n")))
            .WithAgents(new { background = new { Type = "http", Url = address.RootElement.GetProperty("url").GetString(), Async = true } });

        (await fleet.RunAsync("run", "rows.csv", "--agent", "background", "--prompt", "{{word}}", "--output", "results")).ShouldBe(0);

        var export = new Export(fleet["results"]).ShouldBeComplete(50);
        Assert.Equal(50, export.CountOf("succeeded"));
        Assert.All(export.Results, line => Assert.Equal(
            "word " + line.GetProperty("row").GetInt64(),
            line.GetProperty("output").GetProperty("echo").GetString()));
        await fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_FlakyAgent_SucceedsAfterRetries()
    {
        // Of a third of the failures, throttled ones, none counts: that no row of all fails is a matter of one in 20,000 runs.
        var url = await ServeAsync("flaky", "--failure-rate", "50%");

        (await RunAsync("--agent-url", url, "--attempts", "20", "--retry-delay", "20ms", "--retry-max-delay", "100ms"))
            .ShouldBe(0);

        var export = new Export(_fleet["results"]).ShouldBeComplete(SampleRows);
        Assert.Contains(export.Results, line => line.GetProperty("attempts").GetInt32() > 1);
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_FailingAgent_FilesEveryRowAsDeadLetter()
    {
        var url = await ServeAsync("failing");

        (await RunAsync("--agent-url", url, "--attempts", "2", "--retry-delay", "20ms")).ShouldBe(1);

        var export = new Export(_fleet["results"]).ShouldBeComplete(SampleRows);
        Assert.Equal(SampleRows, export.CountOf("failed"));
        Assert.All(export.Failures, line => Assert.Equal(2, line.GetProperty("attempts").GetInt32()));
        Assert.All(export.Failures, line => Assert.True(line.GetProperty("replayable").GetBoolean()));
        var groups = (await _fleet.RunAsync("dead-letters", "groups", "--json")).ShouldBe(0).Json();
        Assert.Equal(SampleRows, groups.EnumerateArray().Single().GetProperty("count").GetInt32());
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_AgentThatIsDown_DispatchesNothing()
    {
        // Port 9 is discard's, which nobody serves on a machine of today.
        var exit = (await RunAsync("--agent-url", "http://127.0.0.1:9")).ShouldBe(2);

        Assert.Contains("http://127.0.0.1:9", exit.Error, StringComparison.Ordinal);
        Assert.Contains("is it running?", exit.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fleet["results"]));
        await using var store = new StoreReader(_fleet[".fleet"]);
        Assert.Equal(0, await store.CountBatchesAsync());
    }

    [Fact]
    public async Task Run_AgentColumn_SendsEachRowToItsAgent()
    {
        await using var first = await RecordingAgent.StartAsync();
        await using var second = await RecordingAgent.StartAsync();
        _fleet
            .WithAgents(new { first = new { Type = "http", first.Url }, second = new { Type = "http", second.Url } })
            .Write("rows.csv", "n,agent\n1,first\n2,second\n3,first\n4,\n5,nobody\n");

        (await _fleet.RunAsync(
            "run", "rows.csv", "--agent-column", "agent", "--agent", "echo", "--prompt", "{{n}}", "--output", "results"))
            .ShouldBe(1);

        var export = new Export(_fleet["results"]).ShouldBeComplete(5);
        Assert.Equal(["first", "second", "first", "echo"], export.Results.Take(4).Select(line => line.GetProperty("agent").GetString()));
        Assert.Equal((2, 1), (first.Sessions.Count, second.Sessions.Count));
        Assert.Contains("nobody", export.Failures.Single().GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<string> ServeAsync(string behaviour, params string[] options)
    {
        var agent = await _fleet.StartAsync(["agent", "--behaviour", behaviour, "--port", "0", "--json", .. options]);
        await Wait.UntilAsync(() => agent.Output.Contains('\n') || agent.HasExited, "the agent's address");
        Assert.False(agent.HasExited, agent.Error);
        using var said = JsonDocument.Parse(agent.Output);
        return said.RootElement.GetProperty("url").GetString()!;
    }

    private Task<FleetExit> RunAsync(params string[] options) => _fleet.RunAsync(
        ["run", "samples/addresses.csv", "--prompt", "{{name}}", "--output", "results", .. options]);

    /// <summary>All texts in it, however the runtime packs them.</summary>
    private static string TextsOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.Array => string.Concat(json.EnumerateArray().Select(TextsOf)),
        JsonValueKind.Object => string.Concat(json.EnumerateObject().Select(property => TextsOf(property.Value))),
        _ => "",
    };
}
