namespace WorkerFleet.Batches;

/// <summary>
/// Keeps embedded runs and a fleet with a broker apart: each would take the other's batches for stuck, and drive them too.
/// </summary>
public interface IStoreMode
{
    /// <summary>
    /// Enters the store, together with any number of others in the same mode, until the result is disposed or the
    /// process ends, however it ends.
    /// </summary>
    /// <returns>Null when there are processes in the other mode.</returns>
    IDisposable? TryEnter(StoreMode mode);

    /// <summary>The mode of the processes that are there now, this one included; null when there are none.</summary>
    StoreMode? Current { get; }
}

/// <summary>How the batches of a store are driven.</summary>
public enum StoreMode
{
    /// <summary>By the process that was started for them, over a bus in its memory.</summary>
    Embedded,

    /// <summary>By orchestrators and workers, over a broker.</summary>
    Fleet,
}
