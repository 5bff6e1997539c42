using System.Text.Json;
using WorkerFleet.Results;

namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>
/// The line that a batch leaves when it ends. Its id and name are properties to search for, and not dimensions:
/// each batch would be a metric of its own, and be paid for.
/// </summary>
internal static class BatchEndLine
{
    private const string Prefix = "fleet.batch.summary.";
    private const string Status = "status";

    public static string Format(string metricNamespace, DateTimeOffset at, BatchSummary summary)
    {
        var line = new EmbeddedMetricLine(metricNamespace, at)
        {
            DimensionSets = [[EmbeddedMetricLine.Service], [EmbeddedMetricLine.Service, Status]],
        };
        line.With(EmbeddedMetricLine.Service, ExportedResource.ServiceName)
            // As metrics spell it.
            .With(Status, JsonNamingPolicy.SnakeCaseLower.ConvertName(summary.Status))
            .With("batch_id", summary.BatchId.ToString())
            .With("batch", summary.Name)
            .WithSum($"{Prefix}rows", CloudWatchUnit.Count, summary.Rows)
            .WithSum($"{Prefix}succeeded", CloudWatchUnit.Count, summary.Counts.Succeeded)
            .WithSum($"{Prefix}failed", CloudWatchUnit.Count, summary.Counts.Failed)
            .WithSum($"{Prefix}rejected", CloudWatchUnit.Count, summary.Counts.Rejected)
            .WithSum($"{Prefix}cancelled", CloudWatchUnit.Count, summary.Counts.Cancelled)
            .WithSum($"{Prefix}duration", CloudWatchUnit.Seconds, summary.DurationMs / 1000.0)
            .WithSum($"{Prefix}rows_per_second", CloudWatchUnit.CountPerSecond, summary.RowsPerSecond);
        if (summary.Accuracy is { Score: { } score } accuracy)
            line.WithSum($"{Prefix}correct", CloudWatchUnit.Count, accuracy.Correct)
                .WithSum($"{Prefix}wrong", CloudWatchUnit.Count, accuracy.Wrong)
                .WithSum($"{Prefix}accuracy", CloudWatchUnit.Percent, 100 * score);
        if (summary.LatencyMs is not { } latency)
            return line.Format();
        return line
            .WithSum($"{Prefix}attempts", CloudWatchUnit.Count, summary.Attempts)
            .WithSum($"{Prefix}latency_p50", CloudWatchUnit.Milliseconds, latency.P50)
            .WithSum($"{Prefix}latency_p90", CloudWatchUnit.Milliseconds, latency.P90)
            .WithSum($"{Prefix}latency_p95", CloudWatchUnit.Milliseconds, latency.P95)
            .WithSum($"{Prefix}latency_p99", CloudWatchUnit.Milliseconds, latency.P99)
            .WithSum($"{Prefix}latency_max", CloudWatchUnit.Milliseconds, latency.Max)
            .Format();
    }
}
