namespace WorkerFleet.Conformance.Stores;

/// <summary>A store of one test, empty at first.</summary>
public interface IStoreFixture : IAsyncDisposable
{
    /// <summary>Opens the store as another process would; each call gives a view of its own of the same data.</summary>
    IServiceProvider Open();
}
