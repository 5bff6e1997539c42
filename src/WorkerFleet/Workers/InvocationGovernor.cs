using System.Collections.Concurrent;
using WorkerFleet.Agents;
using WorkerFleet.Batches;

namespace WorkerFleet.Workers;

/// <summary>Keeps invocations inside the limits of their batch and of their agent.</summary>
public sealed class InvocationGovernor(IAgentCatalog agents)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _agentPermits = new();

    /// <summary>Waits for the right to invoke. The batch's comes first, so that no batch holds an agent's while it waits.</summary>
    /// <returns>To be disposed the moment the agent has answered.</returns>
    public async ValueTask<Permit> AcquireAsync(BatchView batch, string agent, CancellationToken cancellationToken)
    {
        await batch.Permits.WaitAsync(cancellationToken);
        // Only agents that exist are remembered: the name can come from a column of the source.
        if (agents.ConcurrencyOf(agent) is not { } limit)
            return new(batch.Permits, null);
        var agentPermits = _agentPermits.GetOrAdd(agent, static (_, limit) => new(limit), limit);
        try
        {
            await agentPermits.WaitAsync(cancellationToken);
        }
        catch
        {
            batch.Permits.Release();
            throw;
        }

        return new(batch.Permits, agentPermits);
    }
}

/// <summary>The right to invoke an agent once.</summary>
public readonly struct Permit : IDisposable
{
    private readonly SemaphoreSlim _batch;
    private readonly SemaphoreSlim? _agent;

    internal Permit(SemaphoreSlim batch, SemaphoreSlim? agent) => (_batch, _agent) = (batch, agent);

    public void Dispose()
    {
        _agent?.Release();
        _batch.Release();
    }
}
