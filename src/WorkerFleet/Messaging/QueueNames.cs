using WorkerFleet.Batches;

namespace WorkerFleet.Messaging;

/// <summary>The queues of the fleet.</summary>
public static class QueueNames
{
    /// <summary>Events and commands for the batch saga.</summary>
    public const string Batches = "batches";

    /// <summary>DispatchBatch, and what makes messages again.</summary>
    public const string Dispatch = "dispatch";

    /// <summary>Aggregation of finished batches.</summary>
    public const string Results = "results";

    /// <summary>Dead letters on their way to the store.</summary>
    public const string DeadLetter = "dead-letter";

    /// <summary>Events that agents send, as plain JSON (<see cref="Completions.AgentEvent"/>).</summary>
    public const string AgentEvents = "agent-events";

    /// <summary>Every one of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Batches, Dispatch, Results, DeadLetter, AgentEvents, .. Enum.GetValues<BatchPriority>().Select(Items)];

    /// <summary>The items' queue for a priority.</summary>
    public static string Items(BatchPriority priority) => priority switch
    {
        BatchPriority.High => "items-high",
        BatchPriority.Low => "items-low",
        _ => "items",
    };
}
