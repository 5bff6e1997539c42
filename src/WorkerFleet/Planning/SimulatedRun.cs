using WorkerFleet.Agents;
using WorkerFleet.Batches;

namespace WorkerFleet.Planning;

/// <summary>What is simulated.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Slots">Calls at the same time.</param>
/// <param name="Window">Rows that are dispatched and not settled, at most.</param>
/// <param name="Agents">How often a row is an agent's, as shares of 1, and what its calls take.</param>
/// <param name="Limits">Of the agent; of several together, none.</param>
/// <param name="OwnRate">Rows a second that the fleet itself can do; null where that is not known.</param>
/// <param name="Retry">When failed attempts are tried again.</param>
/// <param name="Timeout">Of an attempt.</param>
/// <param name="Sweep">How often the schedule is looked at.</param>
internal sealed record SimulatedRun(
    int Rows, int Slots, long Window, IReadOnlyList<(double Share, CallProfile Calls)> Agents, AgentLimits Limits,
    double? OwnRate, RetrySpec Retry, TimeSpan Timeout, TimeSpan Sweep);
