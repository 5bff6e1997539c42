using WorkerFleet.Agents;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Batches;

/// <summary>Everything that was asked for when a batch was submitted. Stored with the batch and never changed.</summary>
public sealed record BatchSpec
{
    /// <summary>What a person calls the batch; by default the source's file name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Who submitted it.</summary>
    public string Owner { get; init; } = "";

    public SourceSpec Source { get; init; } = new();

    public MappingSpec Mapping { get; init; } = new();

    public AgentSelection Agents { get; init; } = new();

    public RetrySpec Retry { get; init; } = new();

    public LimitsSpec Limits { get; init; } = new();

    public FailurePolicy Failures { get; init; } = new();
}

/// <summary>How often and when a failed attempt is tried again.</summary>
public sealed record RetrySpec
{
    /// <summary>Attempts an item gets in all, 1 to 100. Default 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Upper bound of the wait before the second attempt; doubles with each further one. Default 1 s.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Upper bound of any wait, unless the agent's Retry-After is longer. Default 60 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What a batch may use.</summary>
public sealed record LimitsSpec
{
    /// <summary>Invocations of the batch at the same time, 1 to 10,000. Default 10.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>
    /// Items that agents which work in the background may have accepted and not completed at the same time, 0 to 100,000. 0, the
    /// default, becomes 5,000 where such an agent is used: AgentCore's quota of live sessions.
    /// </summary>
    public int Waiting { get; init; }

    /// <summary>Time limit of one attempt. Default 5 minutes.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time limit of the whole batch, from its submission; what is not settled then is cancelled. Null: none.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Which of the item queues the batch uses.</summary>
    public BatchPriority Priority { get; init; } = BatchPriority.Normal;

    /// <summary>Rows in a slice, 1 to 4,096. Default 256. Larger: fewer ledger records; smaller: finer pacing.</summary>
    public int SliceSize { get; init; } = 256;
}

public enum BatchPriority
{
    Low,
    Normal,
    High,
}
