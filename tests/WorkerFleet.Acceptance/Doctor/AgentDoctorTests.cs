using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.Doctor;

/// <summary>Agents behind what stands in for AgentCore's data plane, which checks signatures by AWS's own code.</summary>
public sealed class AgentDoctorTests : IAsyncLifetime
{
    private readonly Workspace _fleet = Workspace.Create();
    private FleetProcess _agent = null!;
    private DataPlane _plane = null!;

    public async Task InitializeAsync()
    {
        _agent = await _fleet.StartAsync("agent", "--port", "0");
        await Wait.UntilAsync(() => AddressIn(_agent) is not null, "the agent to listen");
        _plane = await DataPlane.StartAsync(AddressIn(_agent)!);
        _fleet.Environment["AWS_ENDPOINT_URL_BEDROCK_AGENTCORE"] = _plane.Url;
        _fleet.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        _fleet.Environment["AWS_CONFIG_FILE"] = _fleet["aws-config"];
        _fleet.Environment["AWS_SHARED_CREDENTIALS_FILE"] = _fleet["aws-credentials"];
        _fleet.WithAgents(new { verifier = new { Type = "agentcore", DataPlane.Arn } });
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Doctor_CredentialsMissingThenWrongThenRight_SaysSoEachTime()
    {
        (await ExamineAsync()).ShouldFind("agents.credentials");

        _fleet.Environment["AWS_ACCESS_KEY_ID"] = DataPlane.AccessKey;
        _fleet.Environment["AWS_SECRET_ACCESS_KEY"] = "another-secret";
        // Looking alone does not show it; the call does.
        (await ExamineAsync()).ShouldBeWell();
        (await ExamineAsync("--invoke")).ShouldFind("agents.denied");

        _fleet.Environment["AWS_SECRET_ACCESS_KEY"] = DataPlane.SecretKey;
        (await ExamineAsync("--invoke", "--input", """{"prompt":"hello"}""")).ShouldBeWell();
        Assert.Single(_plane.Invoked);
    }

    private Task<DoctorExam> ExamineAsync(params string[] arguments) =>
        DoctorExam.RunAsync(_fleet, ["--only", "agents", .. arguments]);

    private static string? AddressIn(FleetProcess agent) => (agent.Output + agent.Error)
        .Split([' ', '\n', ',', ';'])
        .Select(word => word.TrimEnd('.', '/'))
        .FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal));
}
