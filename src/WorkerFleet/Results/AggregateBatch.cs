using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>Every item is settled: write the results.</summary>
public sealed record AggregateBatch(Guid BatchId, int Round);

/// <summary>The results are written, or why not is known.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Round">The round that was aggregated.</param>
/// <param name="Status">Final state by the counts, see <see cref="Batches.BatchStatus"/>.</param>
/// <param name="OutputProblem">Why the results could not be written; null when they were.</param>
/// <param name="Counts">Items by state; null from an orchestrator of a version that did not say.</param>
public sealed record BatchAggregated(
    Guid BatchId, int Round, string Status, string? OutputProblem, ItemCounts? Counts = null);

/// <summary>Aggregation found rows that are not settled: the saga's bitmap was wrong.</summary>
public sealed record BatchIncomplete(Guid BatchId, int Round);
