using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;

namespace WorkerFleet.Acceptance.Commands;

public sealed class DeadLetterTests : IAsyncLifetime
{
    private const int Rows = 40;
    private const int Refused = 10;

    private readonly Workspace _fleet = Workspace.Create();
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Accepts = input => !input.Contains("bad", StringComparison.Ordinal);
        _fleet.Write("rows.csv", "id,kind\n" + string.Concat(
            Enumerable.Range(0, Rows).Select(row => $"r{row},{(row % 4 == 1 ? "bad" : "good")}\n")));
        (await _fleet.RunAsync(
            "run", "rows.csv", "--agent-url", _agent.Url, "--prompt", "{{kind}}", "--id-column", "id", "--output", "results"))
            .ShouldBe(1);
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task DeadLetters_OfFailedRows_AreGroupedListedShownAndExported()
    {
        var group = (await _fleet.RunAsync("dead-letters", "groups", "--json")).ShouldBe(0).Json().EnumerateArray().Single();
        Assert.Equal(Refused, group.GetProperty("count").GetInt32());
        Assert.Contains("this input is refused", group.GetProperty("sample").GetString(), StringComparison.Ordinal);
        var name = group.GetProperty("group").GetString()!;

        var listed = (await _fleet.RunAsync("dead-letters", "list", "--group", name, "--json")).ShouldBe(0).Json();
        Assert.Equal(
            Enumerable.Range(0, Refused).Select(number => $"r{(number * 4) + 1}"),
            listed.EnumerateArray().Select(letter => letter.GetProperty("item_id").GetString()));
        var shown = (await _fleet.RunAsync("dead-letters", "show", "r5", "--json")).ShouldBe(0).Json();
        Assert.Equal("failed", shown.GetProperty("state").GetString());
        Assert.Equal(1, shown.GetProperty("attempts").GetInt32());
        (await _fleet.RunAsync("dead-letters", "export", "--output", "dead.jsonl")).ShouldBe(0);
        Assert.Equal(
            new Export(_fleet["results"]).Failures.Select(line => line.GetProperty("row").GetInt32()),
            File.ReadLines(_fleet["dead.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Archive_Rows_AreOpenNoLongerAndRunAgainOnlyByName()
    {
        Assert.Equal("Archived 2 failures.\n",
            (await _fleet.RunAsync("dead-letters", "archive", "--item", "r5", "--item", "9")).ShouldBe(0).Output);
        Assert.Equal(Refused - 2, (await _fleet.RunAsync("dead-letters", "list", "--json")).ShouldBe(0).Json().GetArrayLength());
        Assert.Equal(["r5", "r9"],
            (await _fleet.RunAsync("dead-letters", "list", "--state", "archived", "--json")).ShouldBe(0).Json()
            .EnumerateArray().Select(letter => letter.GetProperty("item_id").GetString()));
        _agent.Accepts = _ => true;

        (await _fleet.RunAsync("retry")).ShouldBe(1);
        Assert.Equal(2, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("failed"));
        (await _fleet.RunAsync("retry", "--item", "r5")).ShouldBe(1);
        (await _fleet.RunAsync("dead-letters", "unarchive", "--all")).ShouldBe(0);
        (await _fleet.RunAsync("retry")).ShouldBe(0);
    }

    [Fact]
    public async Task Retry_AfterTheAgentWasMended_CompletesTheBatchAndItsResults()
    {
        new Export(_fleet["results"]).ShouldBeComplete(Rows);
        _agent.Accepts = _ => true;

        (await _fleet.RunAsync("retry", "--item", "r5", "--item", "9")).ShouldBe(1);
        var some = new Export(_fleet["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Refused - 2, some.CountOf("failed"));
        (await _fleet.RunAsync("dead-letters", "replay")).ShouldBe(0);

        var all = new Export(_fleet["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Rows, all.CountOf("succeeded"));
        Assert.Equal("Completed", all.Manifest.GetProperty("status").GetString());
        Assert.Equal(Rows + Refused, _agent.Sessions.Count);
        // Each attempt in a session of its own.
        Assert.Equal(Rows + Refused, _agent.Sessions.Distinct().Count());
        Assert.Equal("There are none.\n", (await _fleet.RunAsync("dead-letters", "list")).ShouldBe(0).Output);
        await _fleet.AuditAsync();
    }
}
