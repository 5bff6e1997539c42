using System.Globalization;

namespace WorkerFleet.Agents;

/// <summary><c>simulated</c>.</summary>
public sealed class SimulatedAgentType(TimeProvider time) : IAgentType
{
    private const double MaxSpread = 3;
    private const int MaxTokens = 1_000_000;
    private const decimal MaxCostUsd = 1_000;

    public string Name => "simulated";

    public IEnumerable<string> Validate(string agentName, AgentOptions options)
    {
        var simulated = options.Simulated;
        if (simulated.Latency < TimeSpan.Zero || simulated.Latency > SimulatedAgentOptions.MaxLatency)
            yield return $"{Key(nameof(simulated.Latency))}: {simulated.Latency} is out of range; it is 00:00:00 to " +
                $"{SimulatedAgentOptions.MaxLatency}, written hours:minutes:seconds";
        if (simulated.LatencySpread is not (>= 0 and <= MaxSpread))
            yield return $"{Key(nameof(simulated.LatencySpread))}: {simulated.LatencySpread} is out of range; " +
                $"it is 0 to {MaxSpread}";
        (string Property, decimal Value, decimal Most)[] used =
        [
            (nameof(simulated.InputTokens), simulated.InputTokens, MaxTokens),
            (nameof(simulated.OutputTokens), simulated.OutputTokens, MaxTokens),
            (nameof(simulated.CostUsd), simulated.CostUsd, MaxCostUsd),
        ];
        foreach (var (property, value, most) in used)
            if (value < 0 || value > most)
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"{Key(property)}: {value} is out of range; it is 0 to {most}");
        (string Property, double Rate)[] attemptRates =
        [
            (nameof(simulated.ThrottledRate), simulated.ThrottledRate),
            (nameof(simulated.UnavailableRate), simulated.UnavailableRate),
            (nameof(simulated.HangRate), simulated.HangRate),
            (nameof(simulated.AgentErrorRate), simulated.AgentErrorRate),
        ];
        var rates = attemptRates.Append((nameof(simulated.InvalidInputRate), simulated.InvalidInputRate));
        foreach (var (property, rate) in rates)
            if (rate is not (>= 0 and <= 1))
                yield return $"{Key(property)}: {rate} is out of range; it is a share, 0 to 1";
        var sum = attemptRates.Sum(entry => entry.Rate);
        // Rates such as 0.7 and 0.3 need not add up to exactly 1 in binary.
        if (sum > 1 + 1e-9 && attemptRates.All(entry => entry.Rate is >= 0 and <= 1))
            yield return $"{AgentOptions.KeyOf(agentName, nameof(options.Simulated))}: " +
                $"{string.Join(", ", attemptRates.Select(entry => entry.Property))} add up to {sum:0.###}, more than 1";

        string Key(string property) => AgentOptions.KeyOf(agentName, $"{nameof(options.Simulated)}:{property}");
    }

    public IAgent Create(string agentName, AgentOptions options) =>
        new SimulatedAgent(agentName, options.Simulated, time);
}
