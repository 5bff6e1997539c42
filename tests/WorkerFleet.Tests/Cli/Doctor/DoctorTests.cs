using System.Text.Json;
using WorkerFleet.AgentCore.LocalAgent;
using WorkerFleet.Batches;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Journal;
using WorkerFleet.Tests.AgentCore;

namespace WorkerFleet.Tests.Cli.Doctor;

public sealed class DoctorTests : IDisposable
{
    private readonly CliProcess _cli = new();

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            for (var number = 0; number < DoctorCases.All.Count; number++)
                cases.Add(DoctorCases.All[number].Code.Code, number);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Doctor_SomethingWrong_FindsItWithCauseAndRemedy(string code, int number)
    {
        var expected = DoctorCases.All[number].Code;

        var found = await DoctorCases.All[number].FindAsync();

        var finding = found.FirstOrDefault(finding => finding.Code == code);
        Assert.True(finding is not null, $"{code} was not found, but {string.Join("\n", found)}");
        Assert.Equal(expected.State, finding.State);
        Assert.Equal(expected.Cause, finding.Cause);
        Assert.False(string.IsNullOrWhiteSpace(finding.Remedy));
        Assert.False(string.IsNullOrWhiteSpace(finding.Text));
    }

    [Fact]
    public async Task Doctor_NothingWrong_PassesAll()
    {
        await using var agent = await LocalAgentHost.StartAsync(new LocalAgentOptions { Port = 0 }, CancellationToken.None);
        _cli.Write("rows.csv", "name\nAnn\n");
        ConfigureAgent(agent.Address.ToString());
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("run", "rows.csv", "--agent", "mine", "--prompt", "{{name}}"));

        var found = await DoctorRun.FindAsync(_cli, "--invoke", "--permissions");

        Assert.All(found, finding => Assert.True(finding.State == CheckState.Passed, finding.ToString()));
        Assert.All(found, finding => Assert.EndsWith(".ok", finding.Code, StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Text.StartsWith("mine answered a test call in", StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Text.EndsWith("whole", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_ManyThingsWrong_FindsEach()
    {
        _cli.Write(".fleet/fleet.db", "no database");
        _cli.Write("appsettings.json", """{"Fleet":{"Defaults":{"Tpyo":1},"Agents":{"mine":{"Type":"http","Url":"http://127.0.0.1:1"}}}}""");
        _cli.Environment["FLEET__BROKER"] = "amqp://guest:secret@127.0.0.1:1";

        Assert.Equal(ExitCodes.Failed, await _cli.RunAsync("doctor"));

        foreach (var code in (string[])["configuration.invalid", "store.damaged", "broker.unreachable", "agents.unreachable"])
            Assert.Contains(code, _cli.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _cli.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OnlyOneCheck_MakesNoOther()
    {
        var found = await DoctorRun.FindAsync(_cli, "--only", "machine,disk");

        Assert.Equal(["machine.ok", "disk.ok"], found.Select(finding => finding.Code));
    }

    [Theory]
    [InlineData("--only", "brocker", "--only: there is no check 'brocker', did you mean broker?")]
    [InlineData("--input", "{}", "--input: is what agents are invoked with; it goes with --invoke")]
    public async Task Doctor_BadUsage_SaysWhatToWrite(string option, string value, string problem)
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("doctor", option, value));

        Assert.StartsWith(problem[..20], Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_InputThatIsNoJson_SaysSo()
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("doctor", "--invoke", "--input", "{"));

        Assert.StartsWith("--input: is not JSON", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200 OK", "application/json", """{"status":"Unhealthy"}""", "agents.unhealthy")]
    [InlineData("200 OK", "text/html", "<html></html>", "agents.no-agent")]
    [InlineData("403 Forbidden", "application/json", "{}", "agents.denied")]
    [InlineData("503 Service Unavailable", "text/plain", "", "agents.failing")]
    [InlineData("404 Not Found", "text/plain", "", "agents.not-found")]
    public async Task Agents_PingOfARealServer_IsUnderstood(string status, string type, string body, string code)
    {
        await using var server = RawServer.Answering(RawServer.Answer(status, type, body, "Connection: close\r\n"));
        ConfigureAgent(server.Url);

        var found = await DoctorRun.FindAsync(_cli, "--only", "agents");

        Assert.Contains(found, finding => finding.Code == code);
    }

    [Fact]
    public async Task Agents_PingWhoseTimeAdvances_IsAWarning()
    {
        // The clocks of doctor and agent are one, whatever the machine takes for an answer.
        using var cli = new CliProcess { Time = FixedTime.Instance };
        var pings = 0;
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            var now = FixedTime.Now.AddSeconds(Interlocked.Increment(ref pings)).ToUnixTimeSeconds();
            await exchange.WriteAsync(RawServer.Answer(
                "200 OK", "application/json", $$"""{"status":"Healthy","time_of_last_update":{{now}}}""", "Connection: close\r\n"));
        });
        ConfigureAgent(server.Url, cli);

        var found = await DoctorRun.FindAsync(cli, "--only", "agents");

        Assert.Contains(found, finding => finding.Code == "agents.ping-advances");
        Assert.Contains(found, finding => finding.Text == "mine is ready");
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    public async Task Batches_RowsOfOneDeadWorker_AreOneFinding()
    {
        var facts = new FakeFacts();
        facts.Processes.Add(DoctorCases.Orchestrator());
        facts.Unfinished.Add(DoctorCases.Batch());
        for (var row = 0; row < 7; row++)
            facts.Items.Add(new(row, [DoctorCases.Event(JournalStatus.InvocationStarted, worker: "host/9/z")]));

        var found = await DoctorCase.RunAsync(DoctorCases.Check(facts));

        Assert.Contains("rows 0, 1, 2, 3, 4 and 2 more", Assert.Single(found, finding => finding.Code == "batches.orphaned").Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_AgentsDateIsOff_SaysSo()
    {
        var date = TimeProvider.System.GetUtcNow().AddMinutes(-20).ToString("R");
        await using var server = RawServer.Answering(RawServer.Answer(
            "200 OK", "application/json", """{"status":"Healthy"}""", $"Connection: close\r\nDate: {date}\r\n"));
        ConfigureAgent(server.Url);

        var found = await DoctorRun.FindAsync(_cli, "--only", "clock");

        Assert.Equal("clock.wrong", Assert.Single(found).Code);
    }

    [Fact]
    public async Task Batches_HealthyFleetAtWork_NothingIsFound()
    {
        var facts = new FakeFacts();
        facts.Processes.AddRange([DoctorCases.Worker(), DoctorCases.Orchestrator()]);
        facts.Unfinished.Add(DoctorCases.Batch(BatchStatus.Processing, waiting: 3));
        facts.Earliest = FixedTime.Now.AddSeconds(20);

        var found = await DoctorCase.RunAsync(DoctorCases.Check(facts));

        Assert.Equal("batches.ok", Assert.Single(found).Code);
    }

    [Fact]
    public async Task Findings_ManyOfAKind_AreCutAndCounted()
    {
        var facts = new FakeFacts();
        for (var batch = 0; batch < Findings.MostOfAKind + 5; batch++)
            facts.Unfinished.Add(DoctorCases.Batch(BatchStatus.Paused));

        var found = await DoctorCase.RunAsync(DoctorCases.Check(facts));

        Assert.Equal(Findings.MostOfAKind, found.Count);
        Assert.EndsWith("(and 5 more like this)", found[^1].Text, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();

    private void ConfigureAgent(string url, CliProcess? cli = null) => (cli ?? _cli).Write(
        "appsettings.json", JsonSerializer.Serialize(new { Fleet = new { Agents = new { mine = new { Type = "http", Url = url } } } }));
}
