using WorkerFleet.Api.Live;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Agents;

/// <summary>The agents that are configured.</summary>
public sealed record AgentsJson(IReadOnlyList<AgentJson> Agents);

/// <summary>An agent, and what it takes; what is null has no limit.</summary>
/// <param name="Name">As batches name it.</param>
/// <param name="Background">Whether it works in the background: it accepts a row, and tells later what became of
/// it.</param>
/// <param name="CompleteWithinMs">How long a row that it accepted is waited for.</param>
/// <param name="Concurrency">Calls at the same time.</param>
/// <param name="CallsPerSecond">Calls of every kind.</param>
/// <param name="NewSessionsPerSecond">Sessions begun; each attempt begins one.</param>
/// <param name="LiveSessions">Sessions at the same time.</param>
/// <param name="Notes">What workers say of it: that it throttles, or that they do not call it now, and why.</param>
/// <param name="Type">What it is: echo, simulated, http or agentcore.</param>
/// <param name="Standing">The worst that a worker says of it; ready where none says anything.</param>
/// <param name="LatencyMs">Of invocations that ended in the last minute, in batches that have no other agent; null
/// without any.</param>
public sealed record AgentJson(
    string Name, bool Background, double? CompleteWithinMs, int? Concurrency, double? CallsPerSecond,
    double? NewSessionsPerSecond, int? LiveSessions, IReadOnlyList<AgentNoteJson> Notes,
    string? Type, AgentStanding Standing, LatencyLiveJson? LatencyMs);

/// <param name="Worker">Who says so.</param>
/// <param name="Note">One line for a person.</param>
public sealed record AgentNoteJson(string Worker, string Note);

/// <param name="Name">Of the agent.</param>
/// <param name="Healthy">Whether it can take calls.</param>
/// <param name="Problem">Why not.</param>
public sealed record AgentHealthJson(string Name, bool Healthy, string? Problem);
