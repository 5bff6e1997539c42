using WorkerFleet.Items;

namespace WorkerFleet.Ledger;

/// <summary>The record of slices and outcomes, from which every count is proved.</summary>
public interface ILedger
{
    /// <summary>
    /// Records a slice before its items are sent, together with the outcomes of rows that need no agent (rejected, or
    /// cancelled). Idempotent: a slice that is there already stays as it is.
    /// </summary>
    /// <returns>The slice as recorded, and whether this call recorded it.</returns>
    Task<AddedSlice> AddSliceAsync(Slice slice, IReadOnlyList<Settlement> settled, CancellationToken cancellationToken);

    /// <summary>Gives an item its outcome, once. Durable when the task completes.</summary>
    Task<SettleResult> SettleAsync(Settlement settlement, CancellationToken cancellationToken);

    Task<Slice?> FindSliceAsync(Guid batchId, int number, CancellationToken cancellationToken);

    /// <summary>Slices by number, from <paramref name="from"/>; with <paramref name="pendingOnly"/> those with pending rows.</summary>
    Task<IReadOnlyList<Slice>> ReadSlicesAsync(
        Guid batchId, int from, int limit, bool pendingOnly, CancellationToken cancellationToken);

    /// <summary>
    /// The items of all recorded slices by state, and what they used. Costs one read per slice at most, never one per row.
    /// </summary>
    Task<LedgerSums> SumAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>The items of all recorded slices by state, at the cost of <see cref="SumAsync"/>.</summary>
    async Task<ItemCounts> CountAsync(Guid batchId, CancellationToken cancellationToken) =>
        (await SumAsync(batchId, cancellationToken)).Counts;

    /// <summary>
    /// Settled items in row order: those with <paramref name="from"/> ≤ index &lt; <paramref name="to"/>, of the given state
    /// or, with null, of any.
    /// </summary>
    Task<IReadOnlyList<Settlement>> ReadSettledAsync(
        Guid batchId, long from, long to, ItemState? state, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The outcome of one item; null while it is pending. <see cref="Settlement.Event"/> is filled by a store that journals it
    /// behind the outcome: if a process died in between, it is for whoever meets the item again to append it.
    /// </summary>
    Task<Settlement?> FindSettledAsync(Guid batchId, long index, CancellationToken cancellationToken);

    /// <summary>The row number of the settled item with that id of the user; null when there is none.</summary>
    Task<long?> FindIndexAsync(Guid batchId, string itemId, CancellationToken cancellationToken);

    /// <summary>
    /// Makes failed or cancelled items of one slice pending again, in a new round; the others stay as they are. Idempotent
    /// per round. Attempts are kept and counted on.
    /// </summary>
    /// <returns>The items that are pending in that round now, with the attempts they have had.</returns>
    Task<IReadOnlyList<ReopenedItem>> ReopenAsync(
        Guid batchId, int slice, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken);

    /// <summary>Counts the item records themselves, slice by slice, for the audit. A pending row has no settled record.</summary>
    Task<ItemCounts> CountRecordsAsync(Guid batchId, int slice, CancellationToken cancellationToken);

    /// <summary>
    /// Sees to it that nothing of a batch that is not over expires, in a store whose records do. To be called again and again; does
    /// a bounded part of it each time, and nothing as a rule.
    /// </summary>
    Task KeepAsync(Guid batchId, DateTimeOffset submittedAt, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Deletes slices, outcomes and the journal of the batch's sessions. Repeatable.</summary>
    Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken);
}

/// <param name="Slice">The slice as it stands.</param>
/// <param name="Added">False when it was there before: its items may have been sent.</param>
public readonly record struct AddedSlice(Slice Slice, bool Added);

/// <param name="Index">Row number.</param>
/// <param name="Attempts">Attempts that ended before.</param>
public readonly record struct ReopenedItem(long Index, int Attempts);
