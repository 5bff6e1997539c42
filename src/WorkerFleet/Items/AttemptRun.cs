using WorkerFleet.Agents;

namespace WorkerFleet.Items;

/// <summary>One invocation as it was.</summary>
/// <param name="StartedAt">When the agent was called.</param>
/// <param name="Duration">Until it answered.</param>
/// <param name="Start">How often this attempt had been begun before.</param>
/// <param name="WorkerId">Who called.</param>
/// <param name="Usage">What it used.</param>
/// <param name="Earlier">What the item had used before.</param>
/// <param name="FirstStartedAt">
/// When the first attempt of the item in this round was begun; null where this is the first.
/// </param>
public sealed record AttemptRun(
    DateTimeOffset StartedAt, TimeSpan Duration, int Start, string WorkerId, AgentUsage Usage = default,
    ItemUsage Earlier = default, DateTimeOffset? FirstStartedAt = null);
