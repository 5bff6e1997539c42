using System.Text.Json;
using WorkerFleet.Cli;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Cli;

/// <summary><c>fleet plan</c> over real files and agents, in this process.</summary>
public sealed class PlanCommandTests : IDisposable
{
    // A call of an agent that takes 10 ms is to be measured as 10 ms at least.
    private readonly CliProcess _cli = new() { Time = new UnhurriedTime() };

    public PlanCommandTests()
    {
        _cli.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, 200).Select(n => $"{n}\n")) + "bad,row\n");
        _cli.Write("installed/prices.json", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "prices.json")));
        _cli.Write("appsettings.json", """
            {"Fleet":{"Agents":{
              "strict":{"Type":"simulated","Simulated":{"Latency":"00:00:00","InvalidInputRate":1}},
              "quick":{"Type":"simulated","Simulated":{"Latency":"00:00:00.010"},"Price":{"PerCall":0.5,"InputPerMillionTokens":3}},
              "back":{"Type":"http","Url":"http://127.0.0.1:1","Async":true,"Probe":false},
              "gone":{"Type":"http","Url":"http://127.0.0.1:1"},
              "few":{"Type":"simulated","LiveSessions":5,"Simulated":{"Latency":"00:00:00"}},
              "paced":{"Type":"simulated","NewSessionsPerSecond":25,"Simulated":{"Latency":"00:00:00"}}}}}
            """);
    }

    public static TheoryData<string, string> BadCommandLines => new()
    {
        { "plan", "There is no source; name a CSV, TSV or JSONL file, or - for standard input: fleet run FILE" },
        { "plan nope.csv --agent echo", "nope.csv: there is no such file" },
        { "plan rows.csv", "No agent is chosen; name one with --agent (echo is built in), or give an address with --agent-url" },
        { "plan rows.csv --agent echo --new", "--new: there is no such option" },
        { "plan rows.csv --agent echo --concurrency 0", "--concurrency: '0' is not a whole number from 1 to 10,000" },
        { "plan rows.csv --agent echo --sample 0", "--sample: '0' is not a whole number from 1 to 1,000" },
        { "plan rows.csv --agent echo --sample all", "--sample: 'all' is not a whole number from 1 to 1,000" },
        { "plan rows.csv --agent echo --sample 5 --latency 2s", "--latency: is what --sample measures; choose one of them" },
        { "plan rows.csv --agent echo --latency soon", "--latency: 'soon' is not a duration such as 500ms, 30s, 5m, 1h or 30d, at most 1d" },
        { "plan rows.csv --agent echo --latency 2s --latency-p95 1s", "--latency-p95: 1s is shorter than the mean, --latency 2s" },
        { "plan rows.csv --agent echo --failure-rate 5%", "--failure-rate: belongs to --latency; give that, too" },
        { "plan rows.csv --agent echo --latency 1s --failure-rate 120%", "--failure-rate: '120%' is not a share from 0 to 1, such as 0.05 or 5%" },
        { "plan rows.csv --agent echo --latency 1s --throttled-rate 0.95", "--throttled-rate: '0.95' is not a share from 0 to 0.9, such as 0.05 or 5%" },
        { "plan rows.csv --agent echo --latency 1s --output-size huge", "--output-size: 'huge' is not a size such as 64KiB or 8MiB" },
        { "plan rows.csv --agent echo --latency 1s --tokens-in -5", "--tokens-in: '-5' is not a number from 0 to 1,000,000,000" },
        { "plan rows.csv --agent echo --latency 1s --vcpus lots", "--vcpus: 'lots' is not a number from 0 to 64" },
        { "plan rows.csv --agent echo --workers 3", "--workers: 'fleet run' is one process; name what the workers of a fleet meet at, with --transport amazonsqs or rabbitmq" },
        { "plan rows.csv --agent echo --transport sqs", "--transport: 'sqs' is not one of embedded, rabbitmq, amazonsqs" },
        { "plan rows.csv --agent echo --transport rabbitmq --workers 0", "--workers: '0' is not a whole number from 1 to 10,000" },
        { "plan rows.csv --agent echo --store dynamodb", "--store: dynamodb is for the processes of a fleet; name what they meet at, too, with --transport amazonsqs or rabbitmq" },
        { "plan rows.csv --agent echo --store dynamo", "--store: 'dynamo' is not one of sqlite, dynamodb; did you mean 'dynamodb'?" },
        { "plan rows.csv --agent echo --prices nope.json", "nope.json: there is no such file" },
        { "plan rows.csv --agent back --sample 3 --prompt {{n}}", "--sample: the agent 'back' works on in the background, so that its answer says nothing of the time; give --latency, until it accepts, and --background, until it is done" },
        { "plan rows.csv --agent back --latency 1s --prompt {{n}}", "--background: is missing; the agent 'back' works on in the background when it has answered" },
        { "plan rows.csv --agent echo --latency 1s --background 1m --prompt {{n}}", "--background: no agent of this batch works in the background (Async); leave it out" },
        { "plan rows.csv --agent few --sample 6 --prompt {{n}}", "--sample: 6 is more than the agent 'few' may have sessions at the same time (5, and they are not stopped); sample fewer rows" },
    };

    [Theory]
    [MemberData(nameof(BadCommandLines))]
    public async Task Plan_BadCommandLine_SaysWhatWhereAndWhatToDo(string commandLine, string problem)
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync(commandLine.Split(' ')));

        Assert.Contains(problem, _cli.Problems);
        Assert.Empty(_cli.Output);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_MistakesInAllParts_AreReportedAtOnce()
    {
        _cli.Write("prices.json", "{\"prices\":{\"sqs\":{},\"s3_gb_month\":{\"usd\":-1}}}");

        await _cli.RunAsync("plan", "nope.csv", "--timeout", "5", "--sample", "x", "--prices", "prices.json", "--store", "x");

        // The source, the time limit, the agent, the sample, the store, and four in the prices.
        Assert.Equal(9, _cli.Problems.Count);
    }

    [Fact]
    public async Task Plan_NothingKnownOfCalls_SaysWhatItCanAndHowToGetTheRest()
    {
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
            "plan", "rows.csv", "--agent", "echo", "--prompt", "{{n}}", "--transport", "amazonsqs", "--store", "dynamodb", "--json"));

        var plan = Json();
        Assert.Equal((201, 1), (plan.GetProperty("rows").GetInt64(), plan.GetProperty("rejected_rows").GetInt64()));
        Assert.False(plan.TryGetProperty("time_ms", out _));
        Assert.Equal("malformed_row", plan.GetProperty("rejections")[0].GetProperty("kind").GetString());
        Assert.Contains(plan.GetProperty("costs").EnumerateArray(), cost => cost.GetProperty("what").GetString() == "SQS");
        Assert.True(plan.GetProperty("total_usd").GetDouble() > 0);
        Assert.Contains("--sample 20", plan.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_GivenNumbers_TellsTimeLimitWorkersAndCosts()
    {
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
            "plan", "rows.csv", "--agent", "paced", "--prompt", "{{n}}", "--latency", "2s", "--concurrency", "500",
            "--transport", "amazonsqs", "--store", "dynamodb", "--vcpus", "0.5", "--memory-gb", "1"));

        Assert.Contains("rows      201, 700B: 200 to paced, 1 rejected", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("1 × malformed_row: Line 202", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("limit     25 new sessions a second of agent paced; the next is", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("workers   3 of 25 rows each; with more it is no faster", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("time      11s", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("DynamoDB writes", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("AgentCore CPU", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("the prices agentcore_vcpu_hour, agentcore_gb_hour", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("total", _cli.Output, StringComparison.Ordinal);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_Sample_InvokesRowsAndSaysThatTheyArePaid()
    {
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
            "plan", "rows.csv", "--agent", "quick", "--prompt", "{{n}}", "--sample", "10", "--tokens-in", "1000", "--json"));

        Assert.Contains("Invoking 10 rows of rows.csv with quick: these calls are paid", _cli.Error, StringComparison.Ordinal);
        var plan = Json();
        Assert.Equal((10, 10), (
            plan.GetProperty("sample").GetProperty("calls").GetInt32(),
            plan.GetProperty("sample").GetProperty("succeeded").GetInt32()));
        Assert.True(plan.GetProperty("agents")[0].GetProperty("latency_ms").GetProperty("mean").GetDouble() >= 10);
        Assert.True(plan.GetProperty("time_ms").GetProperty("expected").GetDouble() > 0);
        var costs = plan.GetProperty("costs").EnumerateArray().ToDictionary(cost => cost.GetProperty("what").GetString()!);
        Assert.Equal(100, costs["calls"].GetProperty("usd").GetDouble());
        Assert.Equal(5, plan.GetProperty("sample").GetProperty("usd").GetDouble());
        Assert.Equal(0.6, costs["tokens in"].GetProperty("usd").GetDouble(), 6);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_SampleThatFails_ShowsTheCausesAndIsNoPlan()
    {
        Assert.Equal(ExitCodes.Failed, await _cli.RunAsync(
            "plan", "rows.csv", "--agent", "strict", "--prompt", "{{n}}", "--sample", "5"));

        Assert.Contains("5 × invalid_input: agent 'strict' (simulated): the input is refused", _cli.Output, StringComparison.Ordinal);
        Assert.Contains("no row of the sample succeeded", _cli.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("time  ", _cli.Output, StringComparison.Ordinal);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_AgentThatIsNotThere_IsFoundByItsProbe()
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync(
            "plan", "rows.csv", "--agent", "gone", "--prompt", "{{n}}", "--sample", "5"));

        Assert.Contains("gone", Assert.Single(_cli.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("Invoking", _cli.Error, StringComparison.Ordinal);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_AgentByItsAddress_IsNotRemembered()
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync(
            "plan", "rows.csv", "--agent-url", "http://127.0.0.1:1", "--prompt", "{{n}}", "--latency", "1s"));

        Assert.Contains("127.0.0.1-1", Assert.Single(_cli.Problems), StringComparison.Ordinal);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_StandardInput_IsReadThroughACopyThatIsDeleted()
    {
        _cli.Input = "{\"n\":1}\n{\"n\":2}\n";
        var before = Directory.GetDirectories(Path.GetTempPath(), "fleet-plan-*").Length;

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
            "plan", "-", "--format", "jsonl", "--agent", "echo", "--prompt", "{{n}}", "--sample", "2", "--json"));

        Assert.Equal((2, 16), (Json().GetProperty("rows").GetInt64(), Json().GetProperty("bytes").GetInt64()));
        Assert.Equal(before, Directory.GetDirectories(Path.GetTempPath(), "fleet-plan-*").Length);
        LeavesNothing();
    }

    [Fact]
    public async Task Plan_PricesOfTheUser_TakeThePlaceOfThoseBeside()
    {
        _cli.Write("mine.json", """{"prices":{"sqs_million_requests":{"usd":1000,"source":"a friend","date":"2026-11-01"}}}""");
        string[] command =
        [
            "plan", "rows.csv", "--agent", "echo", "--prompt", "{{n}}", "--transport", "amazonsqs", "--json",
        ];

        await _cli.RunAsync(command);
        var shipped = Json().GetProperty("total_usd").GetDouble();
        await _cli.RunAsync([.. command, "--prices", "mine.json"]);
        var option = Json().GetProperty("total_usd").GetDouble();
        _cli.Environment["FLEET__PLAN__PRICES"] = "mine.json";
        await _cli.RunAsync(command);
        var configured = Json().GetProperty("total_usd").GetDouble();

        Assert.Equal(1_000 / 0.4, option / shipped, 6);
        Assert.Equal(option, configured);
    }

    [Fact]
    public async Task Plan_NoPricesBesideTheExecutable_SaysWhichAreMissing()
    {
        File.Delete(Path.Combine(_cli.Folder, "installed", "prices.json"));

        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("plan", "rows.csv", "--agent", "echo", "--prompt", "{{n}}"));

        Assert.Contains(
            "prices.json: is not there, so that there is no price for agentcore_vcpu_hour", Assert.Single(_cli.Problems),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Interrupted_StopsTheSample()
    {
        _cli.Write("appsettings.json", """
            {"Fleet":{"Agents":{"slow":{"Type":"simulated","Simulated":{"Latency":"00:30:00"}}}}}
            """);
        var plan = _cli.RunAsync("plan", "rows.csv", "--agent", "slow", "--prompt", "{{n}}", "--sample", "5");

        _cli.Interrupt();

        Assert.Equal(ExitCodes.Interrupted, await plan);
        LeavesNothing();
    }

    public void Dispose() => _cli.Dispose();

    private void LeavesNothing()
    {
        Assert.False(Directory.Exists(Path.Combine(_cli.Folder, ".fleet")));
        Assert.False(Directory.Exists(Path.Combine(_cli.Folder, "results")));
    }

    private JsonElement Json() => JsonDocument.Parse(_cli.Output).RootElement;
}
