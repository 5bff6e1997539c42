namespace WorkerFleet.Planning;

/// <summary>What a batch is going to take.</summary>
/// <param name="Calls">Null when nothing is known of some agent's calls; so are time and workers.</param>
/// <param name="Time">From its submission to its end.</param>
/// <param name="Limits">What it cannot be faster than, the one that binds first.</param>
/// <param name="Workers">How many it can keep busy; null without workers, too.</param>
/// <param name="Costs">What is paid for.</param>
public sealed record Plan(
    CallCounts? Calls, TimeEstimate? Time, IReadOnlyList<PlanLimit> Limits, WorkersWanted? Workers,
    IReadOnlyList<CostLine> Costs)
{
    /// <summary>Of all that has a price.</summary>
    public double Usd => Costs.Sum(cost => cost.Usd ?? 0);

    public static Plan Of(PlanInput input, PriceList prices)
    {
        var isKnown = input.Agents.All(agent => agent.Calls is not null);
        var calls = isKnown
            ? input.Agents.Aggregate(
                CallCounts.None, (sum, agent) => sum + CallCounts.Of(agent.Rows, agent.Calls!, input.Retry))
            : null;
        var time = TimeModel.Estimate(input);
        var wanted = WorkersWanted.Of(input);
        var workers = input.Fleet.Transport == PlanTransport.Embedded ? 1 : input.Fleet.Workers ?? wanted?.Useful ?? 1;
        return new(
            calls, time, isKnown ? PlanLimits.Of(input) : [], wanted,
            [
                .. AgentCostModel.Of(input, prices),
                .. QueueCostModel.Of(input, calls ?? CallCounts.None, time?.Expected, workers, prices),
                .. StoreCostModel.Of(input, calls ?? CallCounts.None, time?.Expected, workers, prices),
            ]);
    }
}
