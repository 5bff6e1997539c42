using MassTransit;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;

namespace WorkerFleet.Dispatch;

/// <summary>
/// Makes lost messages again: items of slices with pending rows, and SliceSettled for slices that the saga does not know
/// to be settled. What was not lost repeats, and changes nothing.
/// </summary>
public sealed class RedriveItemsConsumer(BatchDirectory batches, ILedger ledger, ItemSender sender)
    : IConsumer<RedriveItems>
{
    /// <summary>Slices in one message of the chain.</summary>
    private const int PageSize = 16;

    public async Task Consume(ConsumeContext<RedriveItems> context)
    {
        var (batchId, from) = (context.Message.BatchId, context.Message.FromSlice);
        if (await batches.RefreshAsync(batchId, context.CancellationToken) is not { IsPaused: false } batch)
            return;

        var slices = await ledger.ReadSlicesAsync(
            batchId, from, PageSize, pendingOnly: false, context.CancellationToken);
        foreach (var slice in slices)
        {
            if (!slice.Pending.IsEmpty)
                await sender.SendPendingAsync(batch, slice, context.CancellationToken);
            else if (!batch.State.SettledSlices.Contains(slice.Number))
                await context.SendAsync(QueueNames.Batches, new SliceSettled(batchId, slice.Number));
        }

        if (slices.Count == PageSize)
            await context.SendAsync(QueueNames.Dispatch, new RedriveItems(batchId, slices[^1].Number + 1));
    }
}
