using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Dispatch;

/// <summary>
/// Reads slices of the source, records each in the ledger, and sends its items: in this order, so that after a crash at any
/// point the same slice is found again, with the same rows.
/// </summary>
public sealed class Dispatcher(
    BatchDirectory batches, BatchSource source, ILedger ledger, ItemSender sender, ItemOutcomes outcomes,
    TimeProvider time)
{
    /// <summary>
    /// A slice ends early behind so many bytes, because its rows are in memory together. Slices depend on the source and
    /// the batch's options alone, never on this run.
    /// </summary>
    private const long MaxSliceBytes = 16 * 1024 * 1024;

    /// <returns>Null when there is no such batch any more.</returns>
    /// <exception cref="DispatchFailedException">The source is gone or too short.</exception>
    public async Task<SlicesDispatched?> DispatchAsync(DispatchBatch command, CancellationToken cancellationToken)
    {
        // A batch may have been told to end since the command was sent, so its state is read anew.
        if (await batches.RefreshAsync(command.BatchId, cancellationToken) is not { } batch)
            return null;

        var (settled, draining) = (new List<int>(), new List<int>());
        var rows = new List<SourceRow>(batch.Spec.Limits.SliceSize);
        var (cursor, slices) = (command.Cursor, 0);
        await foreach (var row in source.ReadAsync(batch, cursor, cancellationToken))
        {
            rows.Add(row);
            if (rows.Count < batch.Spec.Limits.SliceSize
                && row.Next.ByteOffset - cursor.ByteOffset < MaxSliceBytes)
                continue;
            await DispatchSliceAsync();
            if (slices == command.Slices)
                break;
        }

        if (rows.Count > 0)
            await DispatchSliceAsync();
        return new(batch.Id, command.FirstSlice, slices, cursor, cursor.Index >= batch.State.TotalRows, settled, draining);

        async Task DispatchSliceAsync()
        {
            var number = command.FirstSlice + slices;
            var slice = await DispatchSliceOfAsync(batch, number, rows, cancellationToken);
            if (slice.Pending.IsEmpty)
                settled.Add(number);
            else if (slice.IsDraining)
                draining.Add(number);
            cursor = rows[^1].Next;
            slices++;
            rows.Clear();
        }
    }

    /// <returns>The slice as recorded.</returns>
    private async Task<Slice> DispatchSliceOfAsync(
        BatchView batch, int number, IReadOnlyList<SourceRow> rows, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var items = new List<ProcessBatchItem>(rows.Count);
        var settled = new List<Settlement>();
        foreach (var row in rows)
        {
            var (item, outcome) = batch.IsEnding
                ? (null, outcomes.CancelledSettlement(
                    batch.Id, row.Position.Index, number, batch.State.Round, batch.State.EndReason))
                : ItemFactory.Create(batch, row, number, mayRepeat: false, now);
            if (item is not null)
                items.Add(item);
            else
                settled.Add(outcome!);
        }

        var (slice, added) = await ledger.AddSliceAsync(NewSlice(batch.Id, number, rows, settled), settled,
            cancellationToken);
        if (added)
            CountSettled(slice.Counts);
        if (added)
            await sender.SendAsync(batch, items, cancellationToken);
        else
            await sender.SendPendingAsync(batch, slice, rows, cancellationToken);
        return slice;
    }

    /// <summary>Rows that need no worker; of a slice that was there before they have been counted.</summary>
    private static void CountSettled(ItemCounts counts)
    {
        ItemMetrics.CountSettled(ItemState.Rejected, (int)counts.Rejected);
        ItemMetrics.CountSettled(ItemState.Cancelled, (int)counts.Cancelled);
    }

    private static Slice NewSlice(
        Guid batchId, int number, IReadOnlyList<SourceRow> rows, IReadOnlyList<Settlement> settled)
    {
        var start = rows[0].Position;
        var pending = RowSet.Full(rows.Count);
        var counts = new ItemCounts(rows.Count, 0, 0, 0, 0);
        foreach (var outcome in settled)
        {
            pending.Remove((int)(outcome.Index - start.Index));
            counts = counts.Move(ItemState.Pending, outcome.State);
        }

        return new(batchId, number, start, rows[^1].Next, rows.Count, pending, counts);
    }
}
