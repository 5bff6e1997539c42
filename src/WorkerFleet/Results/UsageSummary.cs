namespace WorkerFleet.Results;

/// <summary>What the rows of a batch used, those that failed included.</summary>
/// <param name="CostUsd">In US dollars; null where nobody knows.</param>
/// <param name="Agents">The same by agent, in the order of their names.</param>
public sealed record UsageSummary(
    long InputTokens, long OutputTokens, decimal? CostUsd, IReadOnlyList<AgentUsageSummary> Agents);

/// <param name="Rows">Rows that used anything.</param>
public sealed record AgentUsageSummary(
    string Agent, long Rows, long InputTokens, long OutputTokens, decimal? CostUsd);
