using WorkerFleet.Agents;

namespace WorkerFleet.Planning;

/// <summary>
/// What one call of an agent uses, and what its owner charges for it. Nothing that is null is counted.
/// </summary>
public sealed record CallCost
{
    /// <summary>
    /// vCPUs that a session computes with, on average over its call: AgentCore does not charge while it waits.
    /// </summary>
    public double? Vcpus { get; init; }

    /// <summary>Memory that a session holds at its peak, in GB, from its call until it has ended.</summary>
    public double? MemoryGb { get; init; }

    /// <summary>Mean tokens that a call sends to models.</summary>
    public double? InputTokens { get; init; }

    /// <summary>Mean tokens that models answer with.</summary>
    public double? OutputTokens { get; init; }

    /// <summary>USD a million input tokens; null where that is not known.</summary>
    public double? UsdPerMillionInputTokens { get; init; }

    /// <summary>USD a million output tokens; null where that is not known.</summary>
    public double? UsdPerMillionOutputTokens { get; init; }

    /// <summary>USD that the agent's owner asks for a call; null for nothing.</summary>
    public double? UsdPerCall { get; init; }

    /// <summary>USD that an hour of calls costs, from call to answer; null for nothing.</summary>
    public double? UsdPerHour { get; init; }

    /// <summary>The same use at an agent's prices; what they leave out stays as it is.</summary>
    public CallCost At(AgentPrice price) => this with
    {
        UsdPerCall = Given(price.PerCall) ?? UsdPerCall,
        UsdPerHour = Given(price.PerHour) ?? UsdPerHour,
        UsdPerMillionInputTokens = Given(price.InputPerMillionTokens) ?? UsdPerMillionInputTokens,
        UsdPerMillionOutputTokens = Given(price.OutputPerMillionTokens) ?? UsdPerMillionOutputTokens,
    };

    private static double? Given(decimal price) => price == 0 ? null : (double)price;
}
