using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>What keeps the items of an agent from being begun for longer than they should wait in memory.</summary>
/// <param name="Until">When to look again.</param>
/// <param name="GivenUp">What the item fails with, when it has waited for long enough; null: it goes on waiting.</param>
public readonly record struct AgentHold(DateTimeOffset Until, ItemFailure? GivenUp);
