using System.Text;
using System.Text.Json;
using WorkerFleet.AgentCore;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.AgentCore;

/// <summary>One invocation of an HTTP agent, as tests make it.</summary>
internal static class HttpCall
{
    public const string SessionId = "b-0193b1f2a3c47d5e8f90a1b2c3d4e5f6-0000000007";

    public static async Task<AgentReply> InvokeAsync(
        string url, string input = """{"mode":"sync"}""", Action<AgentOptions>? configure = null,
        TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        using var agent = Agent(url, configure, time);
        using var document = JsonDocument.Parse(input);
        return await agent.InvokeAsync(
            new AgentCall(SessionId, Guid.Empty, 7, 1, document.RootElement), cancellationToken);
    }

    public static HttpAgent Agent(string url, Action<AgentOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new AgentOptions { Type = "http", Url = url };
        configure?.Invoke(options);
        return new HttpAgent("verifier", options, time ?? TimeProvider.System);
    }

    public static string Text(this AgentReply reply) => Encoding.UTF8.GetString(reply.Output.Span);
}
