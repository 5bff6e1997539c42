using WorkerFleet.Batches;

namespace WorkerFleet.Cli.Rendering;

/// <summary>A batch that was deleted, as JSON.</summary>
internal sealed record CleanedJson(
    Guid BatchId, string Name, string Status, long Rows, DateTimeOffset? FinishedAt)
{
    public static CleanedJson Of(BatchState batch) =>
        new(batch.CorrelationId, batch.Spec.Name, batch.CurrentState, batch.TotalRows, batch.FinishedAt);
}
