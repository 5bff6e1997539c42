namespace WorkerFleet.DeadLetters;

/// <summary>Where dead letters are filed, grouped by cause.</summary>
public interface IDeadLetters
{
    /// <summary>Files letters; those that are there (same batch, index and round) stay as they are.</summary>
    Task AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);

    /// <summary>Letters by batch and index.</summary>
    Task<IReadOnlyList<DeadLetter>> ReadAsync(
        DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>Causes with their open letters, the most frequent first; of one batch or of all.</summary>
    Task<IReadOnlyList<DeadLetterGroup>> ReadGroupsAsync(
        Guid? batchId, int limit, CancellationToken cancellationToken);

    /// <summary>Marks open and archived letters of rounds before <paramref name="round"/> as replayed.</summary>
    Task MarkReplayedAsync(
        Guid batchId, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken);

    /// <summary>
    /// Moves letters of one batch to another state. One that is no longer in the state that it was read in stays as it is.
    /// </summary>
    /// <returns>How many were moved.</returns>
    Task<int> MoveAsync(
        IReadOnlyList<DeadLetter> letters, DeadLetterState state, CancellationToken cancellationToken);

    Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken);
}

/// <param name="BatchId">Of this batch, or of all.</param>
/// <param name="Group">With this cause, or with any.</param>
/// <param name="State">In this state, or in any.</param>
/// <param name="AfterIndex">Only rows after this one; needs a batch. For paging.</param>
/// <param name="BeforeRound">Only letters of earlier rounds, which freezes a replay's set.</param>
/// <param name="FiledBefore">Only letters whose item failed before.</param>
/// <param name="Limit">At most so many, 1 to 10,000.</param>
/// <param name="UpToIndex">Only rows up to this one; needs a batch.</param>
public sealed record DeadLetterQuery(
    Guid? BatchId = null,
    string? Group = null,
    DeadLetterState? State = null,
    long AfterIndex = -1,
    int? BeforeRound = null,
    DateTimeOffset? FiledBefore = null,
    int Limit = 256,
    long UpToIndex = long.MaxValue);

/// <param name="Group">The cause's id.</param>
/// <param name="Kind">Class of the failure.</param>
/// <param name="Sample">Message of one of the letters.</param>
/// <param name="Count">Open letters.</param>
/// <param name="First">When the first of them failed.</param>
/// <param name="Last">When the last of them failed.</param>
/// <param name="Agent">Of the letter whose message is the sample; letters of other agents can share the cause.</param>
public sealed record DeadLetterGroup(
    string Group, Items.FailureKind Kind, string Sample, long Count, DateTimeOffset First, DateTimeOffset Last,
    string? Agent = null);
