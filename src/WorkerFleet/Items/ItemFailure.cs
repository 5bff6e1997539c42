namespace WorkerFleet.Items;

/// <summary>Why an attempt, or an item, failed.</summary>
/// <param name="Kind">The class of the failure.</param>
/// <param name="Message">One line for a person: what was wrong and where. At most
/// <see cref="MaxMessageLength"/> characters; never holds the row's content by itself.</param>
/// <param name="Retryable">Whether another attempt could succeed.</param>
/// <param name="RetryAfter">How long the agent asked to be left alone, if it did.</param>
/// <param name="MayHaveRun">Whether the agent may have done its work although no answer arrived.</param>
/// <param name="StatusCode">HTTP status of the agent's answer, where there was one.</param>
/// <param name="AgentWide">
/// Whether it says nothing about the item: every call of this agent would fail so now, as with a used-up quota or refused
/// credentials.
/// </param>
/// <param name="AttemptLimit">Attempts after which another cannot be expected to help, below the batch's own; from 1.</param>
/// <param name="RetryAfterForAll">
/// Whether <paramref name="RetryAfter"/> is the agent's own word, which holds for all of its calls; otherwise it was chosen for
/// this item.
/// </param>
public sealed record ItemFailure(
    FailureKind Kind,
    string Message,
    bool Retryable,
    TimeSpan? RetryAfter = null,
    bool MayHaveRun = false,
    int? StatusCode = null,
    bool AgentWide = false,
    int? AttemptLimit = null,
    bool RetryAfterForAll = false)
{
    /// <summary>Longest message kept, in characters; agents can answer an error with a whole page.</summary>
    public const int MaxMessageLength = 2_000;
}
