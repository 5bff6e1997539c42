using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Planning;

/// <summary>One row of a sample, as it went.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Duration">From the call to its answer.</param>
/// <param name="OutputBytes">Size of the answer.</param>
/// <param name="Failure">Why it failed; null when it succeeded.</param>
/// <param name="Usage">What it used, and what that cost.</param>
/// <param name="ToldUsd">What it cost by the agent's own word; null where it does not say.</param>
public sealed record SampleCall(
    string Agent, TimeSpan Duration, int OutputBytes, ItemFailure? Failure, AgentUsage Usage = default,
    decimal? ToldUsd = null);
