namespace WorkerFleet.Scheduling;

/// <summary>The durable schedule: retries, time limits, and commands to a process that only the store can reach.</summary>
public interface ISchedule
{
    /// <summary>Adds the message, or replaces that of the same key. Durable when the task completes.</summary>
    Task PutAsync(ScheduledMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Takes messages that are due for <paramref name="lease"/>: nobody else gets them until then. Ordered by due time.
    /// </summary>
    /// <param name="now">Due at or before.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="lease">How long the caller has to send and <see cref="CompleteAsync"/> them.</param>
    /// <param name="batches">Only those of these batches; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        DateTimeOffset now, int limit, TimeSpan lease, IReadOnlyCollection<Guid>? batches,
        CancellationToken cancellationToken);

    /// <summary>Makes the batch's claimed messages claimable at once: the process that had claimed them is gone.</summary>
    Task ReleaseClaimsAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>Gives claims back, so that anybody can claim their messages at once; not those made by others since.</summary>
    Task ReleaseAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken);

    /// <summary>Deletes messages that are done with; not those that were replaced, or claimed again, since.</summary>
    Task CompleteAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken);

    /// <summary>Deletes by key; nothing happens when there is none.</summary>
    Task CancelAsync(string key, CancellationToken cancellationToken);

    /// <summary>Makes one message due at <paramref name="now"/>, unless it is already; nothing happens when there is none.</summary>
    Task ExpediteAsync(string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes all messages of a batch for that queue due at <paramref name="now"/>, for cancelling what waits.</summary>
    Task BringForwardAsync(Guid batchId, string queue, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>How many messages of the batch wait in that queue's name.</summary>
    Task<int> CountAsync(Guid batchId, string queue, CancellationToken cancellationToken);

    /// <summary>How many messages wait, of all batches; beyond <paramref name="atMost"/> it is not counted.</summary>
    Task<int> CountAsync(int atMost, CancellationToken cancellationToken);

    /// <summary>
    /// When the earliest message, of whichever batch, can be claimed; null when there is none. Long past: nobody sweeps.
    /// </summary>
    Task<DateTimeOffset?> FindEarliestAsync(CancellationToken cancellationToken);

    Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken);
}

/// <param name="Message">The message to send.</param>
/// <param name="Claim">To complete it with.</param>
public sealed record ClaimedMessage(ScheduledMessage Message, ScheduleClaim Claim);

/// <param name="Key">Of the message.</param>
/// <param name="Token">Names this claim; opaque.</param>
public readonly record struct ScheduleClaim(string Key, string Token);
