using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>Refuses what no ledger can hold, before it reaches a table.</summary>
internal static class LedgerLimits
{
    /// <summary>Places are stored in two bytes.</summary>
    public const int MaxRowsInSlice = 65_535;

    public static void Check(Settlement settlement)
    {
        if (settlement.State == ItemState.Pending)
            throw new ArgumentException($"Row {settlement.Index} cannot be settled as pending.");
        ArgumentOutOfRangeException.ThrowIfNegative(settlement.Index);
        ArgumentOutOfRangeException.ThrowIfNegative(settlement.Round);
    }

    public static void Check(Slice slice, IReadOnlyList<Settlement> settled)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slice.Number);
        ArgumentOutOfRangeException.ThrowIfLessThan(slice.Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slice.Count, MaxRowsInSlice);
        ArgumentOutOfRangeException.ThrowIfNegative(slice.FirstIndex);
        foreach (var settlement in settled)
        {
            Check(settlement);
            if (settlement.BatchId != slice.BatchId || settlement.Slice != slice.Number
                || settlement.Index < slice.FirstIndex || settlement.Index >= slice.FirstIndex + slice.Count)
                throw new ArgumentException($"Row {settlement.Index} is not in slice {slice.Number}.");
        }
    }
}
