using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;

namespace WorkerFleet.Acceptance.Runs;

/// <summary>Batches through AgentCore's data plane, as far as it can be had here, to AWS's own runtime.</summary>
public sealed class AgentCoreTests(AwsRuntime aws) : IClassFixture<AwsRuntime>, IAsyncLifetime
{
    private const int SampleRows = 20;

    private readonly Workspace _fleet = Workspace.Create().WithSamples();
    private DataPlane _plane = null!;

    public async Task InitializeAsync()
    {
        _plane = await DataPlane.StartAsync(aws.Url);
        _fleet.Environment["AWS_ENDPOINT_URL_BEDROCK_AGENTCORE"] = _plane.Url;
        // Nothing of this machine's own.
        _fleet.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        _fleet.Environment["AWS_CONFIG_FILE"] = _fleet["aws-config"];
        _fleet.Environment["AWS_SHARED_CREDENTIALS_FILE"] = _fleet["aws-credentials"];
        Configure(new { Type = "agentcore", DataPlane.Arn });
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("stream")]
    [InlineData("stream-words")]
    public async Task Run_CredentialsOfTheEnvironment_AnswersEveryRowAndStopsItsSession(string mode)
    {
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = DataPlane.AccessKey;
        _fleet.Environment["AWS_SECRET_ACCESS_KEY"] = DataPlane.SecretKey;

        (await RunAsync(mode)).ShouldBe(0);

        var export = new Export(_fleet["results"]).ShouldBeComplete(SampleRows);
        if (mode == "sync")
            Assert.All(export.Results, line => Assert.Equal(
                line.GetProperty("input").GetProperty("name").GetString(),
                line.GetProperty("output").GetProperty("output").GetString()));
        Assert.Equal(SampleRows, _plane.Invoked.Distinct().Count());
        Assert.Equal(_plane.Invoked.Order(StringComparer.Ordinal), _plane.Stopped.Order(StringComparer.Ordinal));
        Assert.Equal((0, 0), (_plane.Refused, _plane.Tokens.Count));
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_CredentialsOfAProfile_SignsWithTheirSessionToken()
    {
        _fleet.Write("aws-credentials",
            $"""
            [agents]
            aws_access_key_id = {DataPlane.AccessKey}
            aws_secret_access_key = {DataPlane.SecretKey}
            aws_session_token = {DataPlane.SessionToken}

            """);
        Configure(new { Type = "agentcore", DataPlane.Arn, StopSession = false, Auth = new { Profile = "agents" } });

        (await RunAsync("sync")).ShouldBe(0);

        Assert.Equal((SampleRows, 0, 0), (_plane.Invoked.Count, _plane.Stopped.Count, _plane.Refused));
        Assert.All(_plane.Tokens, token => Assert.Equal(DataPlane.SessionToken, token));
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_RowsThatGetNoAnswerInTime_AreTriedOnceMoreAndTheirSessionsStopped()
    {
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = DataPlane.AccessKey;
        _fleet.Environment["AWS_SECRET_ACCESS_KEY"] = DataPlane.SecretKey;
        _fleet
            .Write("rows.csv", "n\n1\n")
            .Write("slow.json", JsonSerializer.Serialize(new { mode = "slow", delayMs = 60_000, n = "{{n}}" }));

        (await _fleet.RunAsync(
            "run", "rows.csv", "--agent", "verifier", "--template", "slow.json", "--output", "results", "--attempts", "5",
            "--timeout", "1s", "--retry-delay", "1ms")).ShouldBe(1);

        var failure = new Export(_fleet["results"]).ShouldBeComplete(1).Failures.Single();
        Assert.Equal("timeout", failure.GetProperty("error").GetProperty("kind").GetString());
        Assert.Equal(2, failure.GetProperty("attempts").GetInt32());
        // One session an attempt. A call can be given up before the plane has read it; its session is stopped all the same.
        Assert.Equal(2, _plane.Stopped.Distinct().Count());
        Assert.Equal(2, _plane.Stopped.Count);
        Assert.Subset(_plane.Stopped.ToHashSet(), _plane.Invoked.ToHashSet());
    }

    [Fact]
    public async Task Run_InterruptedAndRowsTakeTooLong_StopsTheirSessions()
    {
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = DataPlane.AccessKey;
        _fleet.Environment["AWS_SECRET_ACCESS_KEY"] = DataPlane.SecretKey;
        _fleet.Environment["FLEET__DRAINTIMEOUT"] = "1s";
        _fleet
            .Write("rows.csv", "n\n1\n2\n3\n")
            .Write("slow.json", JsonSerializer.Serialize(new { mode = "slow", delayMs = 600_000, n = "{{n}}" }));
        var run = await _fleet.StartAsync("run", "rows.csv", "--agent", "verifier", "--template", "slow.json");
        await Wait.UntilAsync(() => _plane.Invoked.Count == 3 || run.HasExited, "calls of the agent");

        await run.SignalAsync("INT");
        (await run.WaitAsync()).ShouldBe(130);

        Assert.Equal(_plane.Invoked.Order(StringComparer.Ordinal), _plane.Stopped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_NoCredentials_SaysSoInOneLineAndDispatchesNothing()
    {
        var exit = (await RunAsync("sync")).ShouldBe(2);

        Assert.Equal(
            "error: agent 'verifier' (runtime verifier-AbCd123456 in eu-central-1): no AWS credentials were found; set " +
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run with a role",
            string.Join(' ', exit.Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
        Assert.Empty(_plane.Invoked);
        await using var store = new StoreReader(_fleet[".fleet"]);
        Assert.Equal(0, await store.CountBatchesAsync());
    }

    [Fact]
    public async Task Run_ProbeInputWithAWrongSecret_SaysSoWithoutAnySecretAndDispatchesNothing()
    {
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = DataPlane.AccessKey;
        _fleet.Environment["AWS_SECRET_ACCESS_KEY"] = "wrong-secret";
        Configure(new { Type = "agentcore", DataPlane.Arn, ProbeInput = """{"mode":"sync"}""" });

        var exit = (await RunAsync("sync")).ShouldBe(2);

        Assert.Contains("the signature is not accepted; see that key and secret belong together", exit.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", exit.Error, StringComparison.Ordinal);
        Assert.Equal((0, 1), (_plane.Invoked.Count, _plane.Refused));
    }

    private void Configure(object verifier) => _fleet.WithAgents(new { verifier });

    private Task<FleetExit> RunAsync(string mode)
    {
        _fleet.Write("template.json", JsonSerializer.Serialize(new { mode, text = "{{name}}", words = (string[])["{{city}}", "!"] }));
        return _fleet.RunAsync(
            "run", "samples/addresses.csv", "--agent", "verifier", "--template", "template.json", "--output", "results");
    }
}
