using WorkerFleet.AgentCore.LocalAgent;
using WorkerFleet.Cli;

namespace WorkerFleet.Tests.Cli;

/// <summary>Agents that are used by their address.</summary>
public sealed class AgentUrlTests : IDisposable
{
    private readonly CliProcess _cli = new();

    public AgentUrlTests() => _cli.Write("rows.csv", "name\nAnn\nBo\n");

    [Fact]
    public async Task Run_AgentUrl_IsUsedAndRemembered_AndNoFaultOfTheMachineOnceItIsGone()
    {
        await using (var agent = await LocalAgentHost.StartAsync(new LocalAgentOptions { Port = 0 }, CancellationToken.None))
        {
            var url = agent.Address.ToString();
            Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
                "run", "rows.csv", "--agent-url", url, "--agent", "mine", "--prompt", "{{name}}"));
            Assert.Equal(ExitCodes.Success, await _cli.RunAsync(
                "run", "rows.csv", "--agent", "mine", "--prompt", "again: {{name}}"));
        }

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("doctor"));
        Assert.Contains("! agent          mine, which --agent-url named", _cli.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("run", "rows.csv", "--agent", "mine", "--new"));
        Assert.Contains("mine", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AgentUrlWithTheNameOfAConfiguredAgent_IsRefused()
    {
        _cli.Write("appsettings.json", """{"Fleet":{"Agents":{"mine":{"Type":"echo"}}}}""");

        var exitCode = await _cli.RunAsync("run", "rows.csv", "--agent-url", "http://localhost:1", "--agent", "mine");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.StartsWith("--agent-url: an agent 'mine' is configured already", Assert.Single(_cli.Problems),
            StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
