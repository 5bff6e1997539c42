using WorkerFleet.Batches;

namespace WorkerFleet.Cli.Rendering;

/// <param name="Progress">What was read.</param>
/// <param name="RowsPerSecond">Rows settled a second, lately; null until that is known.</param>
/// <param name="Elapsed">Since this process began to follow.</param>
/// <param name="Remaining">At that rate; null where it is not known.</param>
internal sealed record ProgressSnapshot(
    BatchProgress Progress, double? RowsPerSecond, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>Whether there is a pace to speak of.</summary>
    public bool IsMoving => !IsFinal && RowsPerSecond > 0 && Progress.Batch.CurrentState != BatchStatus.Paused;

    public bool IsFinal => BatchStatus.IsFinal(Progress.Batch.CurrentState);
}
