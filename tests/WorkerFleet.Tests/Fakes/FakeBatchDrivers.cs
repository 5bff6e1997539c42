using WorkerFleet.Batches;

namespace WorkerFleet.Tests.Fakes;

internal sealed class FakeBatchDrivers : IBatchDrivers
{
    public HashSet<Guid> Driven { get; } = [];

    public bool ByOneProcess => true;

    public IDisposable? TryTake(Guid batchId) => Driven.Add(batchId) ? new Release(this, batchId) : null;

    public bool IsDriven(Guid batchId) => Driven.Contains(batchId);

    private sealed class Release(FakeBatchDrivers drivers, Guid batchId) : IDisposable
    {
        public void Dispose() => drivers.Driven.Remove(batchId);
    }
}
