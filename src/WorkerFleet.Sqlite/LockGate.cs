using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite;

/// <summary>A lock file that whoever takes other lock files, or looks whether they are held, has meanwhile.</summary>
/// <remarks>
/// Whether somebody holds a lock shows only in trying to take it, which for that moment looks like a holder to others.
/// Behind a gate nobody is refused for somebody who only looked, however long the system keeps that one from going on.
/// </remarks>
internal sealed class LockGate(string path)
{
    /// <summary>
    /// How long one waits at the gate, which others pass within microseconds: as long as a write waits for the database.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="StoreException">Another program keeps it locked.</exception>
    /// <exception cref="IOException">It cannot be opened; its folder is missing, say.</exception>
    public T Pass<T>(Func<T> action)
    {
        FileStream? gate = null;
        SpinWait.SpinUntil(
            () => (gate = LockFile.TryOpen(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) is not null,
            Patience);
        using (gate)
            return gate is not null
                ? action()
                : throw new StoreException(
                    StoreFault.Locked,
                    $"Another process keeps {path} locked. End what holds it (a backup, say) and try again.");
    }
}
