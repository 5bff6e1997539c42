using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>Causes of failures, the most frequent first.</summary>
/// <param name="Groups">The causes.</param>
/// <param name="Truncated">Whether there may be more of the caller's batches than were looked at.</param>
public sealed record DeadLetterGroupsJson(IReadOnlyList<DeadLetterGroup> Groups, bool Truncated);

/// <summary>A page of dead letters: of one batch in row order, or of all, the newest batch first.</summary>
public sealed record DeadLetterPageJson(IReadOnlyList<DeadLetter> DeadLetters, string? NextCursor);

/// <summary>The dead letters of one row, one a round, the newest first.</summary>
public sealed record DeadLetterRowJson(IReadOnlyList<DeadLetter> DeadLetters);

/// <summary>Which dead letters: of rows of one batch, or with a cause, or all.</summary>
/// <param name="Batch">Of this batch; null: of all of the caller's.</param>
/// <param name="Rows">These rows, at most 1,000; needs a batch.</param>
/// <param name="Group">Those with this cause.</param>
/// <param name="All">true: all.</param>
public sealed record LetterChoiceJson(Guid? Batch, IReadOnlyList<long>? Rows, string? Group, bool All)
{
    public LetterChoiceJson() : this(null, null, null, false)
    {
    }
}

/// <summary>Which batches run rows again.</summary>
/// <param name="Replayed">Those.</param>
/// <param name="Refused">Those that have such rows, and cannot run them again now.</param>
/// <param name="Truncated">Whether there may be more batches than were looked at: repeat the request.</param>
public sealed record ReplayedJson(
    IReadOnlyList<Guid> Replayed, IReadOnlyList<RefusedReplayJson> Refused, bool Truncated);

/// <summary>What became of letters that were to be archived, or to be opened again.</summary>
/// <param name="Changed">Letters that were in the other state before.</param>
/// <param name="Truncated">Whether there may be more: repeat the request.</param>
public sealed record ArchivedJson(int Changed, bool Truncated);

/// <param name="BatchId">The batch.</param>
/// <param name="Reason">Why not.</param>
public sealed record RefusedReplayJson(Guid BatchId, string Reason);
