using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.AgentCore.DataPlane;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

/// <summary>One invocation of an agent of AgentCore, as tests make it.</summary>
internal static class AgentCoreCall
{
    public const string Arn = "arn:aws:bedrock-agentcore:eu-central-1:123456789012:runtime/verifier-AbCd123456";
    public const string Token = "opaque-token-0123456789";

    public static async Task<AgentReply> InvokeAsync(
        string endpoint, Action<AgentOptions>? configure = null, TimeProvider? time = null, int attempt = 1,
        string session = HttpCall.SessionId, CancellationToken cancellationToken = default)
    {
        using var agent = Agent(endpoint, configure, time);
        return await agent.InvokeAsync(Call(attempt, session), cancellationToken);
    }

    public static AgentCall Call(int attempt = 1, string session = HttpCall.SessionId) =>
        new(session, Guid.Empty, 7, attempt, JsonDocument.Parse("""{"prompt":"hi"}""").RootElement);

    /// <summary>With a static token, and without stopping sessions.</summary>
    public static AgentCoreAgent Agent(string endpoint, Action<AgentOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new AgentOptions { Type = "agentcore", Arn = Arn, Endpoint = endpoint, StopSession = false };
        options.Auth.Token = Token;
        configure?.Invoke(options);
        return new AgentCoreAgent(
            "verifier", options, new AgentCoreDefaults(), time ?? TimeProvider.System, NullLogger<AgentCoreAgent>.Instance);
    }
}

/// <summary>The clock of every day, but a second of waiting takes ten milliseconds.</summary>
internal sealed class ShortTime : TimeProvider
{
    private int _timers;

    /// <summary>Waits that have begun.</summary>
    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timers);
        return System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime / 100, period);
    }
}
