using WorkerFleet.Batches;

namespace WorkerFleet.Planning;

/// <summary>Everything that a plan is made of.</summary>
public sealed record PlanInput
{
    /// <summary>One for each agent that has rows; none where every row is rejected.</summary>
    public required IReadOnlyList<AgentLoad> Agents { get; init; }

    /// <summary>Rows that no agent sees.</summary>
    public long RejectedRows { get; init; }

    public long SourceBytes { get; init; }

    public RetrySpec Retry { get; init; } = new();

    public LimitsSpec Limits { get; init; } = new();

    public FleetShape Fleet { get; init; } = new();

    /// <summary>Rows that go to an agent.</summary>
    public long Rows => Agents.Sum(agent => agent.Rows);

    public long Slices => (Rows + RejectedRows + Limits.SliceSize - 1) / Limits.SliceSize;
}
