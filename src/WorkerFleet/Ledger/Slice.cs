using WorkerFleet.Agents;

namespace WorkerFleet.Ledger;

/// <summary>A run of consecutive items, and which of them are still pending. Ends early where its rows are long.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Number">From 0, without a gap.</param>
/// <param name="Start">Where the slice begins in the source.</param>
/// <param name="End">Where the next one begins.</param>
/// <param name="Count">Rows in the slice, at least 1.</param>
/// <param name="Pending">Rows without an outcome, by their place in the slice.</param>
/// <param name="Counts">The settled rows by state, and the pending ones.</param>
/// <param name="Usage">What the settled rows used, and in earlier rounds the pending ones.</param>
public sealed record Slice(
    Guid BatchId,
    int Number,
    SourcePosition Start,
    SourcePosition End,
    int Count,
    RowSet Pending,
    ItemCounts Counts,
    AgentUsage Usage = default)
{
    public long FirstIndex => Start.Index;

    public LedgerSums Sums => new(Counts, Usage);

    /// <summary>Whether at least half of its rows are settled, so that it no longer counts against the dispatch window.</summary>
    public bool IsDraining => Counts.Pending <= Count / 2;
}
