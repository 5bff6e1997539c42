using WorkerFleet.Items;

namespace WorkerFleet.Ledger;

/// <summary>Items by state. The sum is the number of rows in.</summary>
public readonly record struct ItemCounts(long Pending, long Succeeded, long Failed, long Rejected, long Cancelled)
{
    public long Settled => Succeeded + Failed + Rejected + Cancelled;

    public long Total => Pending + Settled;

    public static ItemCounts operator +(ItemCounts a, ItemCounts b) => new(
        a.Pending + b.Pending, a.Succeeded + b.Succeeded, a.Failed + b.Failed,
        a.Rejected + b.Rejected, a.Cancelled + b.Cancelled);

    /// <summary>The counts after <paramref name="count"/> items went from one state to another.</summary>
    public ItemCounts Move(ItemState from, ItemState to, int count = 1) => With(from, -count).With(to, count);

    private ItemCounts With(ItemState state, int change) => state switch
    {
        ItemState.Pending => this with { Pending = Pending + change },
        ItemState.Succeeded => this with { Succeeded = Succeeded + change },
        ItemState.Failed => this with { Failed = Failed + change },
        ItemState.Rejected => this with { Rejected = Rejected + change },
        ItemState.Cancelled => this with { Cancelled = Cancelled + change },
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
