using WorkerFleet.Agents;

namespace WorkerFleet.Ledger;

/// <summary>What the slices of a batch add up to.</summary>
/// <param name="Counts">Items by state.</param>
/// <param name="Usage">What the settled ones used, over all rounds; what a row used that is run again stays in it.</param>
public readonly record struct LedgerSums(ItemCounts Counts, AgentUsage Usage = default)
{
    public static LedgerSums operator +(LedgerSums a, LedgerSums b) => new(a.Counts + b.Counts, a.Usage + b.Usage);
}
