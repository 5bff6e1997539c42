namespace WorkerFleet.Planning;

/// <summary>What the batch runs on.</summary>
public sealed record FleetShape
{
    public PlanTransport Transport { get; init; }

    public PlanStore Store { get; init; }

    /// <summary>Workers; null for as many as are of use. Nothing to an embedded fleet, which is one process.</summary>
    public int? Workers { get; init; }

    /// <summary>Rows that each works on at the same time.</summary>
    public int WorkerConcurrency { get; init; } = 25;

    /// <summary>Calls that all workers make at the same time; null for no limit.</summary>
    public long? Slots => Transport == PlanTransport.Embedded || Workers is not { } workers
        ? null
        : (long)workers * WorkerConcurrency;
}

public enum PlanTransport
{
    /// <summary><c>fleet run</c>: one process, nothing between its parts.</summary>
    Embedded,
    RabbitMq,
    AmazonSqs,
}

public enum PlanStore
{
    Sqlite,
    DynamoDb,
}
