using System.Collections.Concurrent;
using WorkerFleet.Workers;

namespace WorkerFleet.Agents;

/// <summary>Says what a call of an agent used and cost: by the agent's own word, else by its prices.</summary>
public sealed class AgentMeter(IAgentCatalog agents)
{
    private readonly ConcurrentDictionary<string, AgentUsageReader> _readers = new(StringComparer.Ordinal);

    /// <summary>Of a call that has ended. Call it once for each: it is counted for dashboards, too.</summary>
    /// <returns>
    /// Nothing for a call that cannot have run; nor for one that an agent which works in the background has accepted: that is
    /// measured when it is done.
    /// </returns>
    public AgentUsage Measure(string agent, AgentReply reply, TimeSpan duration)
    {
        var ran = reply.Failure is { } failure
            ? failure.MayHaveRun || reply.Usage is not null
            : agents.CompleteWithinOf(agent) is null;
        return ran ? Measure(agent, reply.Usage ?? Read(agent, reply.Output), duration) : default;
    }

    /// <summary>Of a call, or a background task, of which this is known.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="told">What the agent told; null: nothing.</param>
    /// <param name="duration">From the call to its end, or that of the task.</param>
    public AgentUsage Measure(string agent, AgentUsage? told, TimeSpan duration)
    {
        var usage = told ?? default;
        if (usage.CostUsd is null && agents.PriceOf(agent) is { } price)
            usage = usage with { CostUsd = price.CostOf(usage, duration) };
        if (!usage.IsNone)
            AgentMetrics.CountUsage(agent, usage);
        return usage;
    }

    /// <summary>What an answer tells; null: nothing.</summary>
    public AgentUsage? Read(string agent, ReadOnlyMemory<byte> answer) => answer.IsEmpty
        ? null
        : _readers.GetOrAdd(
            agent, static (name, agents) => agents.UsagePointersOf(name) is { } pointers
                ? new AgentUsageReader(pointers)
                : AgentUsageReader.Default,
            agents).Read(answer);
}
