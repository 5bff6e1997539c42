using System.Diagnostics.Metrics;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Storage;

/// <summary>How a store commits what comes together, for dashboards: the same for each.</summary>
public static class StoreMetrics
{
    public const string MeterName = "WorkerFleet.Store";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> FlushDuration = Meter.CreateHistogram(
        "fleet.store.flush.duration", "s", "Duration of group commits, from when the group is complete until it is durable",
        tags: null, DurationBuckets.Writes);

    private static readonly Histogram<int> FlushSize = Meter.CreateHistogram(
        "fleet.store.flush.size", "{write}", "Writes in a group commit", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000] });

    /// <param name="kind">What was written: journal, settlements, or writes of every kind.</param>
    /// <param name="writes">How many.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="failed">Whether the group as a whole failed.</param>
    public static void RecordFlush(string kind, int writes, TimeSpan duration, bool failed = false)
    {
        FlushDuration.Record(duration.TotalSeconds, new("kind", kind), new("outcome", failed ? "failed" : "committed"));
        FlushSize.Record(writes, new KeyValuePair<string, object?>("kind", kind));
    }
}
