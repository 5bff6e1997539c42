using WorkerFleet.Ledger;

namespace WorkerFleet.Batches;

/// <summary>Start a batch whose source is in the blob store.</summary>
/// <param name="BatchId">Version-7 UUID.</param>
/// <param name="Spec">What was asked for.</param>
/// <param name="SourceBlob">Blob that holds the source.</param>
/// <param name="Fingerprint">SHA-256 over source and spec.</param>
/// <param name="TotalRows">Rows of the source.</param>
/// <param name="Start">First row: behind the byte order mark and the header.</param>
/// <param name="SubmittedAt">When.</param>
/// <param name="Output">Folder to write the results to when the batch ends; null for none.</param>
/// <param name="TraceParent">The trace that the batch is part of, as W3C's traceparent.</param>
public sealed record SubmitBatch(
    Guid BatchId, BatchSpec Spec, string SourceBlob, string Fingerprint, long TotalRows, SourcePosition Start,
    DateTimeOffset SubmittedAt, string? Output = null, string? TraceParent = null);

/// <summary>Start no further items; those in flight finish.</summary>
public sealed record PauseBatch(Guid BatchId);

/// <summary>Go on after a pause.</summary>
public sealed record ResumeBatch(Guid BatchId);

/// <summary>End early: items in flight finish, the others are cancelled, what is done is exported.</summary>
public sealed record CancelBatch(Guid BatchId, string Reason);

/// <summary>Change limits while the batch runs. What is null stays as it is.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="RequestedAt">When: an earlier change that arrives later is old, or a repeat.</param>
/// <param name="Concurrency">Invocations at the same time, 1 to 10,000.</param>
/// <param name="AttemptTimeout">Time limit of one attempt, for those that begin from now on.</param>
/// <param name="MaxAttempts">Attempts a row gets in all, 1 to 100.</param>
/// <param name="Priority">For items that are sent from now on.</param>
public sealed record SetLimits(
    Guid BatchId, DateTimeOffset RequestedAt, int? Concurrency = null, TimeSpan? AttemptTimeout = null,
    int? MaxAttempts = null, BatchPriority? Priority = null);

/// <summary>Find out what the batch waits for and send it again. Harmless when nothing is lost.</summary>
public sealed record RedriveBatch(Guid BatchId);

/// <summary>Run failed items again.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="ReplayId">Version-7 UUID; the same replay is done once.</param>
/// <param name="Indexes">These rows, at most 1,000; null for all.</param>
/// <param name="Group">Only those with this cause; null for any.</param>
/// <param name="RequestedAt">Freezes the set: only items that had failed by then.</param>
public sealed record ReplayItems(
    Guid BatchId, Guid ReplayId, IReadOnlyList<long>? Indexes, string? Group, DateTimeOffset RequestedAt);

/// <summary>The time limit of the whole batch has passed.</summary>
public sealed record BatchDeadlineReached(Guid BatchId);
