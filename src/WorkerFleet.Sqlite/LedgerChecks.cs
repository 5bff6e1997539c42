using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>Refuses what no ledger can hold, before it reaches the writer.</summary>
internal static class LedgerChecks
{
    public static void Settlement(Settlement settlement)
    {
        if (settlement.State == ItemState.Pending)
            throw new ArgumentException($"Row {settlement.Index} cannot be settled as pending.");
        ArgumentOutOfRangeException.ThrowIfNegative(settlement.Index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(settlement.Index, LedgerKeys.MaxRows);
        ArgumentOutOfRangeException.ThrowIfNegative(settlement.Round);
    }

    public static void Slice(Slice slice, IReadOnlyList<Settlement> settled)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slice.Number);
        ArgumentOutOfRangeException.ThrowIfLessThan(slice.Count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(slice.FirstIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slice.FirstIndex + slice.Count, LedgerKeys.MaxRows);
        foreach (var settlement in settled)
        {
            Settlement(settlement);
            if (settlement.BatchId != slice.BatchId || settlement.Slice != slice.Number
                || settlement.Index < slice.FirstIndex || settlement.Index >= slice.FirstIndex + slice.Count)
                throw new ArgumentException($"Row {settlement.Index} is not in slice {slice.Number}.");
        }
    }
}
