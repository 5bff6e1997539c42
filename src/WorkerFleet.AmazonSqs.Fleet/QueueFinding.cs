using WorkerFleet.Aws;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>What became of a queue that was looked at or made.</summary>
public enum QueueState
{
    /// <summary>It is there, and as the fleet would make it.</summary>
    Present,

    /// <summary>It was missing, and is there now.</summary>
    Created,

    /// <summary>It is missing, and was not to be made.</summary>
    Missing,

    /// <summary>It is there, and otherwise than the fleet would make it. Nothing was changed.</summary>
    Differs,

    /// <summary>It could not be looked at or made.</summary>
    Failed,
}

/// <param name="Name">Of the queue.</param>
/// <param name="State">What became of it.</param>
/// <param name="Detail">For a person: what was found and, unless it is as it should be, what to do.</param>
public sealed record QueueFinding(string Name, QueueState State, string Detail)
{
    /// <summary>Messages that wait to be received; about, as SQS counts.</summary>
    public long Ready { get; init; }

    /// <summary>Messages that somebody has received and not deleted yet; about, as SQS counts.</summary>
    public long InFlight { get; init; }

    /// <summary>What went wrong, where it failed.</summary>
    public AwsFault? Fault { get; init; }
}
