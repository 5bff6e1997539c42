using System.Text.Json.Serialization;
using WorkerFleet.Agents;

namespace WorkerFleet.Items;

/// <summary>What all attempts of an item used, those that failed included.</summary>
/// <param name="Round">In the round that it was settled in: what settling it adds to the sums of its slice.</param>
/// <param name="Before">In earlier rounds, which the slice counts already.</param>
public readonly record struct ItemUsage(AgentUsage Round = default, AgentUsage Before = default)
{
    [JsonIgnore]
    public AgentUsage Total => Round + Before;

    [JsonIgnore]
    public bool IsNone => Round.IsNone && Before.IsNone;

    /// <summary>With another call of the same round.</summary>
    public ItemUsage With(AgentUsage call) => this with { Round = Round + call };
}
