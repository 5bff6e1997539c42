using WorkerFleet.Agents;

namespace WorkerFleet.Api.Contracts;

/// <summary>What calls of agents used, as JSON.</summary>
/// <param name="CostUsd">In US dollars; null where nobody knows.</param>
public sealed record UsageJson(long InputTokens, long OutputTokens, decimal? CostUsd)
{
    /// <returns>Null where there is nothing to tell.</returns>
    public static UsageJson? Of(AgentUsage usage) =>
        usage.IsNone ? null : new(usage.InputTokens, usage.OutputTokens, usage.CostUsd);

    public AgentUsage ToUsage() => new(InputTokens, OutputTokens, CostUsd);
}
