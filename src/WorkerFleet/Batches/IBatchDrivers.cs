namespace WorkerFleet.Batches;

/// <summary>Says which process drives a batch.</summary>
public interface IBatchDrivers
{
    /// <summary>
    /// Whether a batch is driven by one process alone (embedded). Otherwise a fleet drives all that are not over.
    /// </summary>
    bool ByOneProcess { get; }

    /// <summary>Takes the batch for this process until the result is disposed or the process ends, however it ends.</summary>
    /// <returns>Null when another process drives it.</returns>
    IDisposable? TryTake(Guid batchId);

    /// <summary>Whether some process, this one included, drives the batch.</summary>
    bool IsDriven(Guid batchId);
}
