namespace WorkerFleet.Agents;

/// <summary>
/// What an agent's calls cost, <c>Fleet:Agents:{name}:Price</c>, all in US dollars and 0 by default. An agent that tells what a
/// call has cost knows better: then these do not count.
/// </summary>
public sealed record AgentPrice
{
    /// <summary>Of each call, 0 to 1,000.</summary>
    public decimal PerCall { get; init; }

    /// <summary>Of an hour of calls, from call to answer, 0 to 1,000. For what a session costs while it runs.</summary>
    public decimal PerHour { get; init; }

    /// <summary>Of a million tokens that models read, 0 to 10,000. Counts where the agent tells how many there were.</summary>
    public decimal InputPerMillionTokens { get; init; }

    /// <summary>Of a million tokens that models wrote, 0 to 10,000. Counts where the agent tells how many there were.</summary>
    public decimal OutputPerMillionTokens { get; init; }

    /// <summary>Whether there are no prices.</summary>
    public bool IsNone =>
        PerCall == 0 && PerHour == 0 && InputPerMillionTokens == 0 && OutputPerMillionTokens == 0;

    /// <summary>What a call costs, in whole nano-dollars of US dollars, 0 to <see cref="AgentUsage.MaxCostUsd"/>.</summary>
    /// <param name="usage">What it used; with a cost of its own, that one counts.</param>
    /// <param name="duration">How long it took, from call to answer.</param>
    public decimal CostOf(AgentUsage usage, TimeSpan duration) => AgentUsage.Round(
        usage.CostUsd
        ?? PerCall
            + (PerHour * duration.Ticks / TimeSpan.TicksPerHour)
            + (InputPerMillionTokens * usage.InputTokens / 1_000_000)
            + (OutputPerMillionTokens * usage.OutputTokens / 1_000_000));
}
