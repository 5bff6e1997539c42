namespace WorkerFleet.Planning;

/// <summary>What calls of agents cost.</summary>
internal static class AgentCostModel
{
    /// <summary>AgentCore charges a session by the second, and for a second at least.</summary>
    private static readonly TimeSpan ShortestSession = TimeSpan.FromSeconds(1);

    /// <summary>The least memory that it charges for, in GB.</summary>
    private const double LeastGb = 0.128;

    public static IEnumerable<CostLine> Of(PlanInput input, PriceList prices) =>
        input.Agents.Where(agent => agent is { Calls: not null, Cost: not null })
            .SelectMany(agent => Of(agent, agent.Calls!, agent.Cost!, input, prices));

    private static IEnumerable<CostLine> Of(
        AgentLoad agent, CallProfile calls, CallCost cost, PlanInput input, PriceList prices)
    {
        var attempts = CallCounts.Of(agent.Rows, calls, input.Retry).Attempts;
        var called = PlanLimits.MeanOf(calls, input);
        var busy = called + (calls.Background ?? TimeSpan.Zero);
        if (busy < ShortestSession)
            busy = ShortestSession;
        if (cost.Vcpus is { } vcpus)
        {
            var hours = attempts * vcpus * busy.TotalHours;
            yield return Line("AgentCore CPU", hours, "vCPU hours", hours * prices[PriceNames.AgentCoreVcpuHour].Usd);
        }

        if (cost.MemoryGb is { } memory)
        {
            // A session that is not stopped holds its memory until it was idle for long enough.
            var lives = agent.Limits.StopsSessions ? busy : busy + agent.Limits.SessionIdleTime;
            var hours = attempts * Math.Max(memory, LeastGb) * lives.TotalHours;
            yield return Line("AgentCore memory", hours, "GB hours", hours * prices[PriceNames.AgentCoreGbHour].Usd);
        }

        if (cost.InputTokens is { } sent)
            yield return Line(
                "tokens in", attempts * sent, "tokens", attempts * sent / 1e6 * cost.UsdPerMillionInputTokens);
        if (cost.OutputTokens is { } answered)
            yield return Line(
                "tokens out", attempts * answered, "tokens",
                attempts * answered / 1e6 * cost.UsdPerMillionOutputTokens);
        if (cost.UsdPerCall is { } fee)
            yield return Line("calls", attempts, "calls", attempts * fee);
        if (cost.UsdPerHour is { } hourly)
            yield return Line(
                "time of calls", attempts * called.TotalHours, "hours", attempts * called.TotalHours * hourly);

        CostLine Line(string what, double amount, string unit, double? usd) =>
            new(CostPart.Agent, what, amount, unit, usd, agent.Name);
    }
}
