using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Sources;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Dispatch;

/// <summary>Sends items to the workers: new ones, and those of a slice that are pending, made again from the source.</summary>
public sealed class ItemSender(FleetBus bus, BatchSource source, ItemOutcomes outcomes, TimeProvider time)
{
    /// <summary>Sends items of one slice.</summary>
    public async Task SendAsync(
        BatchView batch, IReadOnlyList<ProcessBatchItem> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return;
        using var activity = FleetTrace.StartDispatch(batch.State, items[0].Slice, items.Count, bus.System);
        if (FleetTrace.Sender is { } sender)
            items = [.. items.Select(item => item with { SentBy = sender })];
        await bus.SendBatchAsync(QueueNames.Items(batch.Spec.Limits.Priority), items, cancellationToken);
    }

    /// <summary>Makes the messages of the pending rows of a slice again, by reading these rows from the source.</summary>
    /// <exception cref="DispatchFailedException">The source is gone or too short.</exception>
    public async Task SendPendingAsync(BatchView batch, Slice slice, CancellationToken cancellationToken)
    {
        if (slice.Pending.IsEmpty)
            return;
        if (batch.IsEnding)
        {
            // The workers only settle them as cancelled: no need to read the rows.
            await SendAsync(batch, [.. slice.Pending.Numbers().Select(row => new ProcessBatchItem(
                batch.Id, slice.FirstIndex + row, 1, "", ProcessBatchItem.NoInput, slice.Number, null, batch.State.Round, true))],
                cancellationToken);
            return;
        }

        var rows = new List<SourceRow>(slice.Count);
        await foreach (var row in source.ReadAsync(batch, slice.Start, cancellationToken))
        {
            rows.Add(row);
            if (rows.Count == slice.Count)
                break;
        }

        await SendPendingAsync(batch, slice, rows, cancellationToken);
    }

    /// <summary>The same, of rows that are at hand.</summary>
    public async Task SendPendingAsync(
        BatchView batch, Slice slice, IReadOnlyList<SourceRow> rows, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var items = new List<ProcessBatchItem>();
        foreach (var row in rows.Where(row => slice.Pending.Contains((int)(row.Position.Index - slice.FirstIndex))))
        {
            var (item, rejected) = ItemFactory.Create(batch, row, slice.Number, mayRepeat: true, now);
            if (item is not null)
                items.Add(item);
            else
                // It was cancelled before anybody had looked at it, and a replay has reopened it.
                await outcomes.RejectAsync(rejected!, cancellationToken);
        }

        await SendAsync(batch, items, cancellationToken);
    }
}
