using WorkerFleet.Batches;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Items;

/// <summary>
/// Finds the slice that a row is in. Slices of long rows are shorter than others, so its number does not follow from
/// the row's.
/// </summary>
internal static class SliceSearch
{
    /// <returns>Null when the row is not dispatched yet. Costs one read as a rule, and a few where rows are
    /// long.</returns>
    public static async Task<Slice?> FindAsync(
        ILedger ledger, BatchState batch, long row, CancellationToken cancellationToken)
    {
        // No slice has more rows than that, so the row is in this one or behind it.
        var low = (int)(row / batch.Spec.Limits.SliceSize);
        if (await ledger.FindSliceAsync(batch.CorrelationId, low, cancellationToken) is not { } slice)
            return null;
        if (row < slice.End.Index)
            return slice;
        // What was dispatched since the batch was read does not count: to the reader those rows are not dispatched.
        for (var high = batch.SlicesDispatched - 1; low < high;)
        {
            var middle = low + ((high - low + 1) / 2);
            var found = await ledger.FindSliceAsync(batch.CorrelationId, middle, cancellationToken);
            if (found is null || row < found.FirstIndex)
                high = middle - 1;
            else if (row < found.End.Index)
                return found;
            else
                (low, slice) = (middle, found);
        }

        return row < slice.End.Index ? slice : null;
    }
}
