using System.Globalization;

namespace WorkerFleet.Agents;

/// <summary>Checks an agent's prices.</summary>
internal static class AgentPriceReader
{
    private const decimal MaxPerCall = 1_000;
    private const decimal MaxPerHour = 1_000;
    private const decimal MaxPerMillionTokens = 10_000;

    /// <summary>What is wrong with the prices, each naming its key.</summary>
    public static IEnumerable<string> Validate(string agent, AgentPrice price)
    {
        (string Property, decimal Value, decimal Most)[] prices =
        [
            (nameof(price.PerCall), price.PerCall, MaxPerCall),
            (nameof(price.PerHour), price.PerHour, MaxPerHour),
            (nameof(price.InputPerMillionTokens), price.InputPerMillionTokens, MaxPerMillionTokens),
            (nameof(price.OutputPerMillionTokens), price.OutputPerMillionTokens, MaxPerMillionTokens),
        ];
        return prices.Where(entry => entry.Value < 0 || entry.Value > entry.Most).Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"{AgentOptions.KeyOf(agent, $"{nameof(AgentOptions.Price)}:{entry.Property}")}: {entry.Value} is out of range; "
            + $"it is 0 to {entry.Most}, in US dollars"));
    }
}
