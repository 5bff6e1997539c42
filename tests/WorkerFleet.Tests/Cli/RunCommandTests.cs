using System.Text.Json;
using WorkerFleet.Cli;

namespace WorkerFleet.Tests.Cli;

/// <summary>Commands over a real embedded fleet, in this process.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly CliProcess _cli = new();

    public RunCommandTests()
    {
        _cli.Write("rows.csv", "id,name\nA-1,Ann\nA-2,\"Bo, the second\"\nA-3,Cy\n");
        _cli.Write("appsettings.json", """
            {"Fleet":{"Agents":{"strict":{"Type":"simulated","Simulated":{"Latency":"00:00:00","InvalidInputRate":1}},
              "metered":{"Type":"simulated","Price":{"InputPerMillionTokens":3},
                "Simulated":{"Latency":"00:00:00","InputTokens":1000}},
              "priced":{"Type":"echo","Price":{"PerCall":0.5}}}}}
            """);
    }

    [Fact]
    public async Task Run_AllSucceed_LeavesResultsAndEveryCommandAgrees()
    {
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
            "run", "rows.csv", "--agent", "echo", "--prompt", "Hi {{name}}", "--id-column", "id", "--json"));
        var run = Json();
        Assert.Equal("Completed", run.GetProperty("batch").GetProperty("status").GetString());
        Assert.Equal(3, run.GetProperty("batch").GetProperty("counts").GetProperty("succeeded").GetInt64());
        Assert.Contains("Hi Bo, the second", _cli.Read("results/rows/results.jsonl"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_cli.Folder, "results", "rows", "manifest.json")));

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("list", "--json"));
        Assert.Equal(1, Json().GetArrayLength());
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("audit", "--json"));
        Assert.True(Json().GetProperty("passed").GetBoolean());
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("show", "A-2", "--json"));
        var item = Json();
        Assert.Equal(1, item.GetProperty("row").GetInt64());
        Assert.Equal("Hi Bo, the second",
            item.GetProperty("input").GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(2, item.GetProperty("events").GetArrayLength());
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("results", "--output", "copy"));
        Assert.Equal(_cli.Read("results/rows/results.jsonl"), _cli.Read("copy/results.jsonl"));
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("retry"));
        Assert.Contains("nothing to run again", _cli.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("doctor"));
    }

    [Fact]
    public async Task Run_AllFail_SaysWhyAndHowToGoOn_AndRetryRunsThemAgain()
    {
        Assert.Equal(
            ExitCodes.CompletedWithFailures,
            await _cli.RunAsync("run", "rows.csv", "--agent", "strict", "--prompt", "{{name}}"));
        Assert.Contains("3 × invalid_input", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("fleet retry ", _cli.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("dead-letters", "groups", "--json"));
        Assert.Equal(3, Json()[0].GetProperty("count").GetInt64());
        var group = Json()[0].GetProperty("group").GetString()!;
        Assert.Equal(
            ExitCodes.Success, await _cli.RunAsync("dead-letters", "export", "--output", "failed.jsonl"));
        Assert.Equal(3, _cli.Read("failed.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        Assert.Equal(ExitCodes.CompletedWithFailures, await _cli.RunAsync("retry", "--item", "1"));
        await _cli.RunAsync("show", "1", "--json");
        Assert.Equal(
            (1, 2), (Json().GetProperty("round").GetInt32(), Json().GetProperty("attempts").GetInt32()));
        await _cli.RunAsync("show", "2", "--json");
        Assert.Equal(1, Json().GetProperty("attempts").GetInt32());
        Assert.Equal(
            ExitCodes.CompletedWithFailures, await _cli.RunAsync("dead-letters", "replay", "--group", group));
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("retry", "--item", "7"));
        Assert.StartsWith(
            "--item 7: There is no row 7", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AgentsWithPricesAndTokens_SaysWhatItCostEverywhere()
    {
        Assert.Equal(
            ExitCodes.Success, await _cli.RunAsync("run", "rows.csv", "--agent", "priced", "--prompt", "{{name}}"));
        Assert.Contains("cost      $1.50\n", _cli.Output, StringComparison.Ordinal);
        var line = JsonDocument.Parse(_cli.Read("results/rows/results.jsonl").Split('\n')[0]).RootElement;
        Assert.Equal("""{"input_tokens":0,"output_tokens":0,"cost_usd":0.5}""", line.GetProperty("usage").GetRawText());
        await _cli.RunAsync("status");
        Assert.Contains("cost      $1.50\n", _cli.Output, StringComparison.Ordinal);
        await _cli.RunAsync("show", "1");
        Assert.Contains("cost      $0.5\n", _cli.Output, StringComparison.Ordinal);

        Assert.Equal(
            ExitCodes.Success,
            await _cli.RunAsync(
                "run", "rows.csv", "--agent", "metered", "--prompt", "{{name}}", "--output", "metered", "--json"));
        var usage = Json().GetProperty("batch").GetProperty("usage");
        Assert.InRange(usage.GetProperty("input_tokens").GetInt64(), 1_500, 4_500);
        Assert.Equal(
            usage.GetProperty("input_tokens").GetInt64() * 0.000003m, usage.GetProperty("cost_usd").GetDecimal());
        var summary = JsonDocument.Parse(_cli.Read("metered/summary.json")).RootElement.GetProperty("usage");
        Assert.Equal(usage.GetProperty("cost_usd").GetDecimal(), summary.GetProperty("cost_usd").GetDecimal());
        var agent = Assert.Single(summary.GetProperty("agents").EnumerateArray());
        Assert.Equal(("metered", 3), (agent.GetProperty("agent").GetString(), agent.GetProperty("rows").GetInt32()));
        await _cli.RunAsync("list", "--json");
        Assert.Equal(2, Json().EnumerateArray().Count(batch => batch.TryGetProperty("usage", out _)));
    }

    [Fact]
    public async Task Run_ColumnWithTheRightAnswers_SaysHowManyAre()
    {
        _cli.Write("labels.csv", "text,label\ngood,good\nbad,good\nfine,FINE\nodd,\n");
        string[] run =
        [
            "run", "labels.csv", "--agent", "echo", "--prompt", "{{text}}", "--expected-column", "label", "--answer", "/echo",
        ];

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync(run));
        Assert.Contains("accuracy  66.7%: 2 right, 1 wrong\n", _cli.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["true", "false", "true", "null"],
            _cli.Read("results/labels/results.jsonl").Split('\n')[..^1].Select(line =>
                JsonDocument.Parse(line).RootElement.GetProperty("correct").GetRawText()));
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("results", "--output", "again"));
        Assert.Contains("accuracy  66.7%: 2 right, 1 wrong\n", _cli.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("audit"));

        Assert.DoesNotContain("--answer", _cli.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync([.. run[..^1], "/nowhere"]));
        Assert.Contains("accuracy  0%: 0 right, 3 wrong\n", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("3 of the wrong ones have nothing to compare", _cli.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync([.. run, "--new", "--json"]));
        Assert.Equal(0.666667, Json().GetProperty("accuracy").GetProperty("score").GetDouble());
    }

    [Fact]
    public async Task Run_SourceOrMappingBad_SaysSoAndLeavesNoBatch()
    {
        _cli.Write("empty.csv", "");

        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("run", "empty.csv", "--agent", "echo"));
        Assert.StartsWith("empty.csv", Assert.Single(_cli.Problems), StringComparison.Ordinal);
        Assert.Equal(
            ExitCodes.BadInput,
            await _cli.RunAsync("run", "rows.csv", "--agent", "echo", "--prompt", "{{nmae}}"));
        Assert.Contains("nmae", Assert.Single(_cli.Problems), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("run", "rows.csv", "--agent", "nobody"));
        Assert.Contains("nobody", Assert.Single(_cli.Problems), StringComparison.Ordinal);

        await _cli.RunAsync("list", "--json");
        Assert.Equal(0, Json().GetArrayLength());
    }

    [Fact]
    public async Task Run_FromStandardInput_Works()
    {
        _cli.Input = "{\"name\":\"Ann\"}\n{\"name\":\"Bo\"}\n";

        Assert.Equal(
            ExitCodes.Success,
            await _cli.RunAsync(
                "run", "-", "--format", "jsonl", "--agent", "echo", "--prompt", "{{name}}"));
        Assert.Equal(
            2, _cli.Read("results/stdin/results.jsonl").Split(
                '\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Run_Interrupted_DrainsAndSaysHowToGoOn()
    {
        // Slow enough to be interrupted long before the end.
        _cli.Write("appsettings.json", """
            {"Fleet":{"Agents":{"slow":{"Type":"simulated","Simulated":{"Latency":"00:00:00.500"}}}}}
            """);
        _cli.Write("many.csv", "n\n" + string.Join('\n', Enumerable.Range(0, 500)) + "\n");
        var run =
            _cli.RunAsync(
                "run", "many.csv", "--agent", "slow", "--prompt", "{{n}}", "--concurrency", "5", "--json");
        using (var other = new OtherTerminal(_cli))
            await other.WaitUntilSettledAsync(20);

        _cli.Interrupt();

        Assert.Equal(ExitCodes.Interrupted, await run);
        Assert.Contains("fleet resume ", _cli.Error, StringComparison.Ordinal);
        _cli.Environment["FLEET__AGENTS__SLOW__SIMULATED__LATENCY"] = "00:00:00.001";
        using var next = new OtherTerminal(_cli);
        Assert.Equal(ExitCodes.Success, await next.RunAsync("resume", "--json"));
        Assert.Equal(ExitCodes.Success, await next.RunAsync("audit"));
        Assert.Equal(
            500, _cli.Read("results/many/results.jsonl").Split(
                '\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    public void Dispose() => _cli.Dispose();

    private JsonElement Json() => JsonDocument.Parse(_cli.Output).RootElement;
}
