using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>What changes the ledger, as it runs inside the writer's transaction.</summary>
internal static class LedgerWrites
{
    /// <summary>Rows that one step of a deletion takes: some milliseconds.</summary>
    private const int DeleteStep = 1_000;

    public static AddedSlice AddSlice(WriteTransaction transaction, Slice slice, IReadOnlyList<Settlement> settled)
    {
        if (transaction.Slices.Find(slice.BatchId, slice.Number) is { } existing)
            return new AddedSlice(existing.ToSlice(), Added: false);
        var ledger = LedgerKeys.Create(transaction, slice.BatchId);
        SliceRows.Insert(transaction, ledger, slice with
        {
            Pending = RowSet.Full(slice.Count),
            Counts = new ItemCounts(slice.Count, 0, 0, 0, 0),
            Usage = default,
        });
        foreach (var settlement in settled)
            Settle(transaction, settlement);
        return new AddedSlice(transaction.Slices.Find(slice.BatchId, slice.Number)!.ToSlice(), Added: true);
    }

    public static SettleResult Settle(WriteTransaction transaction, Settlement settlement)
    {
        var slice = transaction.Slices.Find(settlement.BatchId, settlement.Slice);
        if (slice?.PlaceOf(settlement.Index) is not { } place)
            return new SettleResult(SettleOutcome.NotFound, Pending: 0, Count: 0);
        if (!slice.Pending.Contains(place))
        {
            var settled = ItemRows.Find(transaction, slice.Ledger, settlement.Index);
            var outcome = settlement.Round < settled?.Round ? SettleOutcome.Stale : SettleOutcome.AlreadySettled;
            return slice.Result(outcome);
        }

        if (!ItemRows.Settle(transaction, slice.Ledger, settlement))
            return slice.Result(SettleOutcome.Stale);
        slice.Settle(place, settlement.State, settlement.Usage.Round);
        // Only with the outcome that counts: a second, different end in the journal would contradict the ledger.
        if (settlement.Event is { } terminal)
            JournalRows.Append(transaction, terminal);
        return slice.Result(SettleOutcome.Settled);
    }

    public static List<ReopenedItem> Reopen(
        WriteTransaction transaction, Guid batchId, int number, IReadOnlyList<long> indexes, int round)
    {
        var reopened = new List<ReopenedItem>();
        var slice = transaction.Slices.Find(batchId, number);
        foreach (var index in indexes.Distinct())
        {
            if (slice?.PlaceOf(index) is not { } place
                || ItemRows.Find(transaction, slice.Ledger, index) is not { } item)
                continue;
            if (item.State is ItemState.Failed or ItemState.Cancelled && item.Round < round)
            {
                ItemRows.Reopen(transaction, slice.Ledger, index, round);
                slice.Reopen(place, item.State);
                reopened.Add(new ReopenedItem(index, item.Attempts));
            }
            else if (item.State == ItemState.Pending && item.Round == round)
            {
                reopened.Add(new ReopenedItem(index, item.Attempts));
            }
        }

        return reopened;
    }

    /// <summary>Slices first, so that nothing settles into what is being deleted; the batch's number last.</summary>
    /// <returns>Rows deleted; none when nothing is left.</returns>
    public static int DeleteSome(WriteTransaction transaction, Guid batchId)
    {
        if (LedgerKeys.Find(transaction.Connection, batchId) is not { } ledger)
            return JournalRows.DeleteSome(transaction, batchId, DeleteStep);
        transaction.Slices.Forget(batchId);
        if (DeleteRange(transaction, "slices", ledger) is > 0 and var slices)
            return slices;
        if (DeleteRange(transaction, "items", ledger) is > 0 and var items)
            return items;
        if (JournalRows.DeleteSome(transaction, batchId, DeleteStep) is > 0 and var events)
            return events;
        return transaction.Prepare("DELETE FROM ledgers WHERE number = ?1").Bind(1, ledger.Number).Execute();
    }

    private static int DeleteRange(WriteTransaction transaction, string table, LedgerKeys ledger) =>
        transaction.Prepare(
            $"DELETE FROM {table} WHERE key IN (SELECT key FROM {table} WHERE key >= ?1 AND key < ?2 LIMIT ?3)")
            .Bind(1, ledger.First).Bind(2, ledger.End).Bind(3, DeleteStep)
            .Execute();
}
