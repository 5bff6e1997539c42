using System.Diagnostics.Metrics;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>How agents are called, for dashboards.</summary>
internal static class AgentMetrics
{
    public const string MeterName = "WorkerFleet.Agents";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "fleet.agent.calls", "{call}", "Calls that ended, by agent and outcome: succeeded, or the kind of the failure");

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "fleet.agent.tokens", "{token}", "Tokens that agents say their calls used, by agent and direction: input or output");

    private static readonly Counter<double> Cost = Meter.CreateCounter<double>(
        "fleet.agent.cost", "{USD}", "What calls cost in US dollars, by agent: as it says, else by its prices");

    private static readonly Gauge<double> Rate = Meter.CreateGauge<double>(
        "fleet.agent.rate", "{call}/s", "Calls a second that this process makes at most, after the agent throttled");

    private static readonly Gauge<int> CircuitOpen = Meter.CreateGauge<int>(
        "fleet.agent.circuit_open", null, "1 while the agent is not called because it does not work, else 0");

    public static void CountCall(string agent, ItemFailure? failure) => Calls.Add(
        1, new("agent", agent), new("outcome", failure?.Kind.ToString().ToLowerInvariant() ?? "succeeded"));

    public static void CountUsage(string agent, AgentUsage usage)
    {
        if (usage.InputTokens > 0)
            Tokens.Add(usage.InputTokens, new("agent", agent), new("direction", "input"));
        if (usage.OutputTokens > 0)
            Tokens.Add(usage.OutputTokens, new("agent", agent), new("direction", "output"));
        if (usage.CostUsd > 0)
            Cost.Add((double)usage.CostUsd.Value, new KeyValuePair<string, object?>("agent", agent));
    }

    public static void SetRate(string agent, double callsPerSecond) =>
        Rate.Record(callsPerSecond, new KeyValuePair<string, object?>("agent", agent));

    public static void SetCircuit(string agent, bool isOpen) =>
        CircuitOpen.Record(isOpen ? 1 : 0, new KeyValuePair<string, object?>("agent", agent));
}
