namespace WorkerFleet.Batches;

/// <summary>Where a fleet drives the batches: all of them, and no process by itself.</summary>
public sealed class FleetDrivers : IBatchDrivers
{
    public bool ByOneProcess => false;

    /// <returns>What keeps nobody out: the saga takes care of commands that meet.</returns>
    public IDisposable? TryTake(Guid batchId) => new Free();

    public bool IsDriven(Guid batchId) => true;

    private sealed class Free : IDisposable
    {
        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
