using WorkerFleet.Tests.Fakes;
using static WorkerFleet.Tests.AgentCore.DataPlane.DataPlaneServer;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

public sealed class AgentCoreProbeTests
{
    [Fact]
    public async Task Probe_NoInput_InvokesNothing()
    {
        await using var server = Answering(Ok());
        using var agent = AgentCoreCall.Agent(server.Url);

        Assert.Null(await agent.ProbeAsync(CancellationToken.None));
        Assert.Empty(server.Invocations);
    }

    [Fact]
    public async Task Probe_Input_IsInvokedInASessionOfItsOwnThatIsStopped()
    {
        await using var server = Answering(Ok());
        using var agent = AgentCoreCall.Agent(
            server.Url, options => (options.ProbeInput, options.StopSession) = ("""{"prompt":"ping"}""", true), new ManualTime());

        Assert.Null(await agent.ProbeAsync(CancellationToken.None));

        Assert.EndsWith("""{"prompt":"ping"}""", server.Invocations.Single(), StringComparison.Ordinal);
        var session = HeaderOf(server.Invocations[0], "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id");
        Assert.Matches("^probe-[0-9a-f]{32}$", session);
        Assert.Equal(session, HeaderOf(server.Stops.Single(), "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"));
    }

    [Fact]
    public async Task Probe_RefusedInput_SaysWhy()
    {
        await using var server = Answering(Error("404 Not Found", "ResourceNotFoundException", "no such endpoint"));
        using var agent = AgentCoreCall.Agent(server.Url, options => options.ProbeInput = "{}");

        Assert.Equal(
            "agent 'verifier' (runtime verifier-AbCd123456 in eu-central-1) answered 404 Not Found " +
            "(ResourceNotFoundException): no such endpoint",
            await agent.ProbeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Probe_SwitchedOff_AsksForNothing()
    {
        using var agent = AgentCoreCall.Agent("http://127.0.0.1:9", options =>
        {
            options.Probe = false;
            (options.Auth.Token, options.Auth.TokenFile) = (null, "/nowhere");
        });

        Assert.Null(await agent.ProbeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Probe_NoSuchProfile_NamesIt()
    {
        using var agent = AgentCoreCall.Agent("http://127.0.0.1:9", options =>
            (options.Auth.Token, options.Auth.Profile) = (null, "workerfleet-no-such-profile"));

        Assert.Contains(
            "there is no AWS profile 'workerfleet-no-such-profile'", await agent.ProbeAsync(CancellationToken.None),
            StringComparison.Ordinal);
    }
}
