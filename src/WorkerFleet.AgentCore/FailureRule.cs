using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>What an answer with an error status means for the item; see <see cref="ItemFailure"/>.</summary>
internal sealed record FailureRule(FailureKind Kind, bool Retryable, bool MayHaveRun)
{
    public bool AgentWide { get; init; }

    public int? AttemptLimit { get; init; }

    /// <summary>The least to wait, unless the answer says how long. Null: as the batch does.</summary>
    public Backoff? Wait { get; init; }
}
