using System.Diagnostics.Metrics;
using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Workers;

/// <summary>How agents are called, for dashboards.</summary>
internal static class AgentMetrics
{
    public const string MeterName = "WorkerFleet.Agents";

    private const string Agent = "agent";
    private const string Outcome = "outcome";
    private const string Succeeded = "succeeded";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "fleet.agent.calls", "{call}", "Calls that ended, by agent and outcome: succeeded, or the kind of the failure");

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "fleet.agent.tokens", "{token}", "Tokens that agents say their calls used, by agent and direction: input or output");

    private static readonly Counter<double> Cost = Meter.CreateCounter<double>(
        "fleet.agent.cost", "{USD}", "What calls cost in US dollars, by agent: as it says, else by its prices");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "fleet.agent.call.duration", "s", "Duration of calls, until the agent answered or was given up",
        tags: null, DurationBuckets.Calls);

    private static readonly UpDownCounter<int> InFlight = Meter.CreateUpDownCounter<int>(
        "fleet.agent.in_flight", "{call}", "Calls that are being made now");

    private static readonly Counter<long> Throttles = Meter.CreateCounter<long>(
        "fleet.agent.throttles", "{call}", "Calls that the agent refused because there were too many");

    private static readonly Gauge<double> Rate = Meter.CreateGauge<double>(
        "fleet.agent.rate", "{call}/s", "Calls a second that this process makes at most, after the agent throttled");

    private static readonly Gauge<int> CircuitOpen = Meter.CreateGauge<int>(
        "fleet.agent.circuit_open", null, "1 while the agent is not called because it does not work, else 0");

    public static void BeginCall(string agent) => InFlight.Add(1, new KeyValuePair<string, object?>(Agent, agent));

    /// <summary>A call is over, whether or not it is counted.</summary>
    public static void LeaveCall(string agent) => InFlight.Add(-1, new KeyValuePair<string, object?>(Agent, agent));

    public static void CountCall(string agent, ItemFailure? failure, TimeSpan duration)
    {
        var outcome = failure is null ? Succeeded : ItemMetrics.NameOf(failure.Kind);
        Calls.Add(1, new(Agent, agent), new(Outcome, outcome));
        Duration.Record(duration.TotalSeconds, new(Agent, agent), new(Outcome, outcome));
        if (failure is { Kind: FailureKind.Throttled })
            Throttles.Add(1, new KeyValuePair<string, object?>(Agent, agent));
    }

    public static void CountUsage(string agent, AgentUsage usage)
    {
        if (usage.InputTokens > 0)
            Tokens.Add(usage.InputTokens, new(Agent, agent), new("direction", "input"));
        if (usage.OutputTokens > 0)
            Tokens.Add(usage.OutputTokens, new(Agent, agent), new("direction", "output"));
        if (usage.CostUsd > 0)
            Cost.Add((double)usage.CostUsd.Value, new KeyValuePair<string, object?>(Agent, agent));
    }

    public static void SetRate(string agent, double callsPerSecond) =>
        Rate.Record(callsPerSecond, new KeyValuePair<string, object?>(Agent, agent));

    public static void SetCircuit(string agent, bool isOpen) =>
        CircuitOpen.Record(isOpen ? 1 : 0, new KeyValuePair<string, object?>(Agent, agent));
}
