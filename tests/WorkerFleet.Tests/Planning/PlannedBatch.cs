using WorkerFleet.Agents;
using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

/// <summary>Batches to plan: one agent whose calls take a second, 20 at the same time, unless a test says otherwise.</summary>
internal static class PlannedBatch
{
    public const string Agent = "agent";

    public static CallProfile Second { get; } = new() { Latency = new(TimeSpan.FromSeconds(1), 0) };

    public static PriceList Prices { get; } = PriceList.Create(
        PriceNames.All.Select(name => new Price(name, 1, "test", new(2026, 11, 21), false))).List!;

    public static PlanInput Of(
        long rows, CallProfile? calls = null, AgentLimits? limits = null, int concurrency = 20, FleetShape? fleet = null) =>
        new()
        {
            Agents = [new() { Name = Agent, Rows = rows, Limits = limits ?? new(), Calls = calls ?? Second }],
            Limits = new() { Concurrency = concurrency },
            Fleet = fleet ?? new(),
        };

    public static TimeSpan TimeOf(PlanInput input) => Plan.Of(input, Prices).Time!.Expected;
}
