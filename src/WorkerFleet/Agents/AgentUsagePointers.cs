namespace WorkerFleet.Agents;

/// <summary>
/// Where an agent's answer tells what the call used, as JSON Pointers (RFC 6901) such as <c>/meta/tokens/in</c>:
/// <c>Fleet:Agents:{name}:Usage</c>. Default: the usual places, see <see cref="AgentUsageReader"/>.
/// </summary>
public sealed record AgentUsagePointers
{
    /// <summary>Tokens that models read: a whole number, 0 to <see cref="AgentUsage.MaxTokens"/>.</summary>
    public string? InputTokens { get; init; }

    /// <summary>Tokens that models wrote: a whole number, 0 to <see cref="AgentUsage.MaxTokens"/>.</summary>
    public string? OutputTokens { get; init; }

    /// <summary>What the call cost in US dollars: a number, 0 to <see cref="AgentUsage.MaxCostUsd"/>.</summary>
    public string? CostUsd { get; init; }
}
