using WorkerFleet.Batches;

namespace WorkerFleet.DynamoDb;

/// <summary>The cloud store is a fleet's alone: nothing in it can be held by a process until it ends, however it ends.</summary>
internal sealed class FleetStoreMode : IStoreMode
{
    public StoreMode? Current => StoreMode.Fleet;

    public IDisposable? TryEnter(StoreMode mode) => mode == StoreMode.Fleet ? new Entered() : null;

    private sealed class Entered : IDisposable
    {
        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
