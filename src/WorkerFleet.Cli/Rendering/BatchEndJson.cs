using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Rendering;

/// <summary>What a run ends with, as JSON.</summary>
internal sealed record BatchEndJson(
    BatchJson Batch,
    int ExitCode,
    long? DurationMs,
    double? RowsPerSecond,
    long? Attempts,
    LatencySummary? LatencyMs,
    AccuracySummary? Accuracy,
    IReadOnlyList<ErrorGroupSummary>? Errors)
{
    public static BatchEndJson Of(BatchProgress progress, BatchSummary? summary) => new(
        BatchJson.Of(progress), BatchEnd.ExitCodeOf(progress.Batch.CurrentState), summary?.DurationMs,
        summary?.RowsPerSecond, summary?.Attempts, summary?.LatencyMs, summary?.Accuracy, summary?.Errors);
}
