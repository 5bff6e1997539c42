using System.Text.Json;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;

namespace WorkerFleet.Acceptance.Runs;

public sealed class ReadmeCommandTests : IAsyncLifetime
{
    private const int SampleRows = 20;

    private readonly Workspace _fleet = Workspace.Create().WithSamples();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Fact]
    public async Task Run_SampleAddresses_LeavesCompleteOrderedResults()
    {
        var exit = await _fleet.RunAsync(
            "run", "samples/addresses.csv", "--agent", "echo", "--prompt", "Verify: {{street}}, {{city}}");

        exit.ShouldBe(0);
        Assert.Contains("20 succeeded", exit.Output, StringComparison.Ordinal);
        Assert.Contains("results/addresses", exit.Output, StringComparison.Ordinal);
        var export = new Export(_fleet["results/addresses"]).ShouldBeComplete(SampleRows);
        Assert.Equal("Verify: Nygårdsgaten 42, Bergen", EchoOf(export.Results[0]));
        Assert.All(export.Results, line => Assert.Equal(
            $"Verify: {InputOf(line, "street")}, {InputOf(line, "city")}", EchoOf(line)));
        Assert.All(export.Results, line => Assert.Equal(1, line.GetProperty("attempts").GetInt32()));
        var audit = await _fleet.AuditAsync();
        Assert.Equal(SampleRows, audit.GetProperty("counts").GetProperty("succeeded").GetInt32());
    }

    [Fact]
    public async Task Run_SampleBatchFile_UsesItsAgentsIdsAndOutput()
    {
        (await _fleet.RunAsync("run", "samples/batch.yaml")).ShouldBe(0);

        var export = new Export(_fleet["results/addresses-checked"]).ShouldBeComplete(SampleRows);
        Assert.All(export.Results, line => Assert.Equal(InputOf(line, "id"), line.GetProperty("id").GetString()));
        Assert.All(export.Results, line => Assert.Equal(
            InputOf(line, "country") == "JP" ? "simulated" : "echo", line.GetProperty("agent").GetString()));
        await _fleet.AuditAsync();
        var shown = (await _fleet.RunAsync("show", "A-1007", "--json")).ShouldBe(0).Json();
        Assert.Equal(6, shown.GetProperty("row").GetInt32());
    }

    [Fact]
    public async Task Run_BatchFileAndOption_OptionWins()
    {
        (await _fleet.RunAsync("run", "samples/batch.yaml", "--output", "elsewhere", "--prompt", "{{id}}")).ShouldBe(0);

        var export = new Export(_fleet["elsewhere"]).ShouldBeComplete(SampleRows);
        Assert.Equal("A-1001", EchoOf(export.Results[0]));
        Assert.False(Directory.Exists(_fleet["results"]));
    }

    [Fact]
    public async Task Run_StandardInput_ReadsItToTheEnd()
    {
        var rows = string.Concat(Enumerable.Range(0, 1_000).Select(row => $"{row},\"name, {row}\"\n"));

        var exit = await _fleet.RunAsync(
            rows, ["run", "-", "--format", "csv", "--columns", "n,name", "--agent", "echo", "--prompt", "{{name}}", "--json"]);

        exit.ShouldBe(0);
        Assert.Equal(0, exit.Json().GetProperty("exit_code").GetInt32());
        var export = new Export(_fleet["results/stdin"]).ShouldBeComplete(1_000);
        Assert.Equal("name, 999", EchoOf(export.Results[^1]));
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_SampleTickets_MapsJsonLinesIntoTheTemplate()
    {
        (await _fleet.RunAsync(
            "run", "samples/tickets.jsonl", "--agent", "echo", "--template", "samples/template.json", "--id-column", "id"))
            .ShouldBe(0);

        var export = new Export(_fleet["results/tickets"]);
        export.ShouldBeComplete(File.ReadLines(_fleet["samples/tickets.jsonl"]).Count());
        var ticket = export.Results[0].GetProperty("output").GetProperty("echo");
        Assert.Equal("triage", ticket.GetProperty("task").GetString());
        Assert.Equal(
            "Invoice shows the wrong VAT number\n\nThe March invoice still has our old number.\nPlease correct it and send it again.",
            ticket.GetProperty("ticket").GetProperty("text").GetString());
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_TabSeparatedWithByteOrderMark_ReadsQuotesAsText()
    {
        _fleet.Write("parts.tsv", "\uFEFFsku\ttext\nA1\t5\" bolt\nA2\tnut, \"hex\"\n");

        (await _fleet.RunAsync("run", "parts.tsv", "--agent", "echo", "--prompt", "{{sku}}: {{text}}")).ShouldBe(0);

        var export = new Export(_fleet["results/parts"]).ShouldBeComplete(2);
        Assert.Equal(["A1: 5\" bolt", "A2: nut, \"hex\""], export.Results.Select(EchoOf));
    }

    private static string EchoOf(JsonElement line) => line.GetProperty("output").GetProperty("echo").GetString()!;

    private static string? InputOf(JsonElement line, string column) =>
        line.GetProperty("input").GetProperty(column).GetString();
}
