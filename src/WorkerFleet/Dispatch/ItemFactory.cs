using System.Runtime.InteropServices;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Dispatch;

/// <summary>Makes of a row either a message for the workers, or the outcome of a row that needs none.</summary>
public static class ItemFactory
{
    /// <returns>One of the two.</returns>
    public static (ProcessBatchItem? Item, Settlement? Rejected) Create(
        BatchView batch, SourceRow row, int slice, bool mayRepeat, DateTimeOffset now)
    {
        if (row.BadRow is { } badRow)
            return (null, Reject(batch, row, slice, null, new(FailureKind.MalformedRow, badRow, false), now));
        var mapped = batch.Mapper.Map(row);
        if (mapped.Problem is { } problem)
            return (null, Reject(batch, row, slice, mapped.ItemId, new(FailureKind.Mapping, problem, false), now));
        var isLarge = JsonMarshal.GetRawUtf8Value(mapped.Input).Length > ProcessBatchItem.MaxInputBytes;
        return (new ProcessBatchItem(
            batch.Id, row.Position.Index, Attempt: 1, mapped.Agent, isLarge ? ProcessBatchItem.NoInput : mapped.Input, slice, mapped.ItemId,
            batch.State.Round, mayRepeat, InputAt: isLarge ? row.Position : null), null);
    }

    private static Settlement Reject(
        BatchView batch, SourceRow row, int slice, string? itemId, ItemFailure failure, DateTimeOffset now) => new()
        {
            BatchId = batch.Id,
            Index = row.Position.Index,
            Slice = slice,
            Round = batch.State.Round,
            State = ItemState.Rejected,
            ItemId = itemId,
            SettledAt = now,
            Failure = failure,
        };
}
