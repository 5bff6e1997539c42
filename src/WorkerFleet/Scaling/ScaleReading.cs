namespace WorkerFleet.Scaling;

/// <summary>What a scaler goes by.</summary>
/// <param name="Backlog">Rows that are not settled, of batches that are not paused.</param>
/// <param name="Workers">Workers that live and take items.</param>
/// <param name="BacklogPerWorker">The backlog over the workers; the whole of it when there is none.</param>
/// <param name="Useful">
/// Workers that the limits of the agents can feed: more of them would wait. Null when there is no such limit, or none
/// that says it before a call has been seen.
/// </param>
/// <param name="Wanted">Workers that should run now, 0 when there is nothing to do.</param>
/// <param name="Eta">When the backlog is done at the present pace; null when that is not known.</param>
public sealed record ScaleReading(
    long Backlog, int Workers, double BacklogPerWorker, int? Useful, int Wanted, TimeSpan? Eta);
