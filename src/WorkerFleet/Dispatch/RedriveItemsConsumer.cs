using MassTransit;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;

namespace WorkerFleet.Dispatch;

/// <summary>
/// Makes lost messages again: items of slices with pending rows, and what the saga has to know of slices that are
/// settled, or half settled. What was not lost repeats, and changes nothing.
/// </summary>
public sealed class RedriveItemsConsumer(BatchDirectory batches, ILedger ledger, ItemSender sender)
    : IConsumer<RedriveItems>
{
    /// <summary>Slices in one message of the chain.</summary>
    private const int PageSize = 16;

    public async Task Consume(ConsumeContext<RedriveItems> context)
    {
        var (batchId, from, upTo, then) = context.Message;
        if (await batches.RefreshAsync(batchId, context.CancellationToken) is not { IsPaused: false } batch)
            return;

        var slices = await ledger.ReadSlicesAsync(
            batchId, from, PageSize, pendingOnly: false, context.CancellationToken);
        try
        {
            foreach (var slice in slices.TakeWhile(slice => !(slice.Number >= upTo)))
                await RedriveAsync(batch, slice, context);
        }
        catch (DispatchFailedException exception)
        {
            await context.SendAsync(QueueNames.Batches, new DispatchFailed(batchId, exception.Message));
            return;
        }

        if (slices.Count == PageSize && !(slices[^1].Number + 1 >= upTo))
            await context.SendAsync(QueueNames.Dispatch, context.Message with { FromSlice = slices[^1].Number + 1 });
        else if (then is not null)
            await context.SendAsync(QueueNames.Dispatch, then);
    }

    private async Task RedriveAsync(BatchView batch, Slice slice, ConsumeContext context)
    {
        if (slice.Pending.IsEmpty)
        {
            if (!batch.State.SettledSlices.Contains(slice.Number))
                await context.SendAsync(QueueNames.Batches, new SliceSettled(batch.Id, slice.Number));
            return;
        }

        if (slice.IsDraining && !batch.State.DrainedSlices.Contains(slice.Number))
            await context.SendAsync(QueueNames.Batches, new SliceDraining(batch.Id, slice.Number));
        await sender.SendPendingAsync(batch, slice, context.CancellationToken);
    }
}
