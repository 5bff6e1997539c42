using WorkerFleet.AgentCore.LocalAgent;

namespace WorkerFleet.Tests.AgentCore;

internal static class LocalAgentWaits
{
    /// <summary>Waits until the agent's figures are so.</summary>
    public static async Task UntilAsync(this LocalAgentHost local, Func<LocalAgentCounts, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition(local.Stats.Read()))
        {
            Assert.False(limit.IsCancellationRequested, $"The local agent stays at {local.Stats.Read()}.");
            await Task.Yield();
        }
    }
}
