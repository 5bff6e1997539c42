using System.Diagnostics.Metrics;
using System.Text.Json;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Batches;

/// <summary>What becomes of batches, for dashboards.</summary>
internal static class BatchMetrics
{
    public const string MeterName = "WorkerFleet.Batches";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Submitted = Meter.CreateCounter<long>(
        "fleet.batches.submitted", "{batch}", "Batches that were submitted from this process");

    private static readonly Counter<long> Completed = Meter.CreateCounter<long>(
        "fleet.batches.completed", "{batch}", "Batches that came to a final state, after a replay once more");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "fleet.batch.duration", "s", "From the submission of a batch to its final state; replays are not measured",
        tags: null, DurationBuckets.Works);

    public static void CountSubmitted() => Submitted.Add(1);

    public static void CountCompleted(BatchState batch)
    {
        var status = new KeyValuePair<string, object?>("status", NameOf(batch.CurrentState));
        Completed.Add(1, status);
        if (!batch.Reopened && batch.FinishedAt is { } finishedAt)
            Duration.Record(Math.Max((finishedAt - batch.SubmittedAt).TotalSeconds, 0), status);
    }

    /// <summary>A state as metrics and spans spell it.</summary>
    public static string NameOf(string status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status);
}
