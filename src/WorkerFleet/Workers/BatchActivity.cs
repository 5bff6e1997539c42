namespace WorkerFleet.Workers;

/// <summary>What a worker does for one batch, and how long agents took for it lately.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="InFlight">Items of it that the worker calls agents for now; those in line are not counted.</param>
/// <param name="Latencies">Invocations that ended in the last minute, counted by <see cref="LatencyBuckets"/>.</param>
public sealed record BatchActivity(Guid BatchId, int InFlight, IReadOnlyDictionary<int, int> Latencies);
