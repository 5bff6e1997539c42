using WorkerFleet.Agents;

namespace WorkerFleet.Planning;

/// <summary>What a batch asks of one agent.</summary>
public sealed record AgentLoad
{
    public required string Name { get; init; }

    /// <summary>Rows that go to it.</summary>
    public required long Rows { get; init; }

    public AgentLimits Limits { get; init; } = new();

    /// <summary>Mean size of what it receives for a row, in bytes.</summary>
    public double InputBytes { get; init; }

    /// <summary>
    /// Null while nothing is known of its calls: then there is no time, and no cost that hangs on it.
    /// </summary>
    public CallProfile? Calls { get; init; }

    /// <summary>
    /// Mean size of its answers, in bytes. Default 1 KiB, which is what the costs of the stores were measured with.
    /// </summary>
    public double OutputBytes { get; init; } = 1_024;

    /// <summary>What a call costs; null where that is not known.</summary>
    public CallCost? Cost { get; init; }
}
