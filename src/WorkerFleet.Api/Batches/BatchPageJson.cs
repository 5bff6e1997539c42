using WorkerFleet.Api.Contracts;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Batches;

/// <summary>A page of batches, the newest first.</summary>
/// <param name="Batches">Those that the filters let through; there may be fewer than asked for although there are
/// more.</param>
/// <param name="NextCursor">Of the next page; null behind the last one.</param>
public sealed record BatchPageJson(IReadOnlyList<BatchJson> Batches, string? NextCursor);

/// <summary>The rows of a batch by state.</summary>
public sealed record CountsJson(
    Guid BatchId, string Status, long Rows, ItemCounts Counts, long WaitingForRetry, bool Driven);
