using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>
/// The events that end sessions. They are written before the outcome, which must not be known without them; so those of an
/// outcome that does not count have to be taken back.
/// </summary>
internal sealed class TerminalEvents(DynamoTables tables, BlockStore blocks, BatchDeletes deletes)
{
    /// <param name="settlements">Whose event this process wrote, and whose outcome does not count.</param>
    /// <param name="slice">As it is; null when it is gone.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task TakeBackAsync(
        IReadOnlyList<Settlement> settlements, SliceItem? slice, CancellationToken cancellationToken)
    {
        var places = settlements.Select(settlement => slice?.PlaceOf(settlement.Index)).OfType<int>()
            .Where(place => !slice!.Slice.Pending.Contains(place)).ToList();
        var settled = slice is null || places.Count == 0 ? [] : await blocks.ReadAsync(slice, places, cancellationToken);
        // The outcome that counts may have the same event: another process then found it written, and relies on it.
        var wrong = settlements.Where(settlement => settlement.Event is not null
            && !(slice?.PlaceOf(settlement.Index) is { } place && settled.TryGetValue(place, out var outcome)
                && outcome.Record.EventId == settlement.Event.EventId));
        await deletes.DeleteAsync(
            tables.Journal,
            wrong.Select(settlement => (
                JournalItems.PartitionOf(settlement.Event!.SessionId),
                JournalItems.SortPrefix + settlement.Event.EventId)),
            cancellationToken);
    }
}
