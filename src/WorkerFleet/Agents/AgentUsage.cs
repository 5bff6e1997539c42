using System.Text.Json.Serialization;

namespace WorkerFleet.Agents;

/// <summary>What calls of an agent used, and what they cost. A sum has no cost where none of its parts has one.</summary>
/// <param name="InputTokens">Tokens that models read.</param>
/// <param name="OutputTokens">Tokens that models wrote.</param>
/// <param name="CostUsd">In US dollars, in whole nano-dollars, so that sums are exact; null where nobody knows.</param>
public readonly record struct AgentUsage(long InputTokens = 0, long OutputTokens = 0, decimal? CostUsd = null)
{
    /// <summary>Most tokens of one call, in either direction: more is no number of tokens.</summary>
    public const long MaxTokens = 1_000_000_000;

    /// <summary>Most that one call can cost, in US dollars.</summary>
    public const decimal MaxCostUsd = 10_000;

    private const decimal NanosInDollar = 1_000_000_000;

    /// <summary>Whether there is nothing to tell.</summary>
    [JsonIgnore]
    public bool IsNone => InputTokens == 0 && OutputTokens == 0 && CostUsd is null or 0;

    [JsonIgnore]
    public long Tokens => InputTokens + OutputTokens;

    /// <summary>The cost as it is summed in stores; 0 where there is none.</summary>
    [JsonIgnore]
    public long CostNanos => (long)Math.Min((CostUsd ?? 0) * NanosInDollar, long.MaxValue);

    public static AgentUsage operator +(AgentUsage a, AgentUsage b) => new(
        a.InputTokens + b.InputTokens, a.OutputTokens + b.OutputTokens,
        a.CostUsd is { } cost ? cost + (b.CostUsd ?? 0) : b.CostUsd);

    /// <summary>As it was stored; a cost of 0 is none.</summary>
    public static AgentUsage FromNanos(long inputTokens, long outputTokens, long costNanos) =>
        new(inputTokens, outputTokens, costNanos == 0 ? null : costNanos / NanosInDollar);

    /// <summary>A cost in whole nano-dollars, and no more than <see cref="MaxCostUsd"/>.</summary>
    internal static decimal Round(decimal costUsd) =>
        Math.Round(Math.Min(costUsd, MaxCostUsd) * NanosInDollar) / NanosInDollar;
}
