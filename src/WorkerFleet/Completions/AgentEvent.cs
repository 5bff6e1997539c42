using System.Text.Json;

namespace WorkerFleet.Completions;

/// <summary>
/// An event that an agent tells of its session: as a message on the queue, as the body of a callback, or written into the journal's
/// table itself. The names are those of the records that such agents already write.
/// </summary>
public sealed record AgentEvent
{
    /// <summary>The session that the agent was called with.</summary>
    public string? SessionId { get; init; }

    /// <summary>The event's name, such as <see cref="Journal.JournalStatus.BackgroundTaskCompleted"/>.</summary>
    public string? Status { get; init; }

    /// <summary>When it happened, by the agent's clock; by default when it arrives.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What the task came to, any JSON; by default what the agent answered when it accepted the item.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>
    /// What the task used, in the words of an answer: <c>{"input_tokens":812,"output_tokens":95,"cost_usd":0.004}</c>. Where it is
    /// missing, the output may tell.
    /// </summary>
    public JsonElement? Usage { get; init; }

    /// <summary>Why the task failed, if it did.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Whether another attempt can help after a failure; by default it can.</summary>
    public bool? Retryable { get; init; }
}
