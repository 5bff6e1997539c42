using WorkerFleet.Batches;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite;

/// <summary>
/// A lock file for each mode, <c>locks/embedded.mode</c> and <c>locks/fleet.mode</c>, which the processes of that mode
/// share.
/// </summary>
/// <remarks>
/// Whether somebody holds such a lock shows only in trying to take it exclusively, which for that moment looks like a
/// holder to others. So whoever tries, or enters, holds <c>locks/gate.mode</c> meanwhile: then nobody is refused for
/// somebody who only looked.
/// </remarks>
internal sealed class FleetLock(string dataFolder) : IStoreMode
{
    /// <summary>How long one waits at the gate, which others pass within microseconds.</summary>
    private static readonly TimeSpan GateTime = TimeSpan.FromSeconds(5);

    private readonly string _folder = Path.Combine(Path.GetFullPath(dataFolder), "locks");

    public StoreMode? Current => Directory.Exists(_folder) ? InGate<StoreMode?>(FindCurrent) : null;

    public IDisposable? TryEnter(StoreMode mode) => InGate<IDisposable?>(() =>
    {
        var own = Open(mode, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);
        try
        {
            if (own is not null && !IsHeld(mode == StoreMode.Fleet ? StoreMode.Embedded : StoreMode.Fleet))
                return own;
        }
        catch
        {
            own?.Dispose();
            throw;
        }

        own?.Dispose();
        return null;
    });

    private StoreMode? FindCurrent() =>
        IsHeld(StoreMode.Embedded) ? StoreMode.Embedded : IsHeld(StoreMode.Fleet) ? StoreMode.Fleet : null;

    private bool IsHeld(StoreMode mode)
    {
        try
        {
            using var probe = Open(mode, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return probe is null;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private FileStream? Open(StoreMode mode, FileMode fileMode, FileAccess access, FileShare share) => LockFile.TryOpen(
        Path.Combine(_folder, mode == StoreMode.Fleet ? "fleet.mode" : "embedded.mode"), fileMode, access, share);

    private T InGate<T>(Func<T> action)
    {
        var path = Path.Combine(_folder, "gate.mode");
        try
        {
            PrivateFolder.Create(Path.GetDirectoryName(_folder)!);
            Directory.CreateDirectory(_folder);
            FileStream? gate = null;
            SpinWait.SpinUntil(
                () => (gate = LockFile.TryOpen(
                    path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) is not null,
                GateTime);
            using (gate)
                return gate is not null
                    ? action()
                    : throw new StoreException(
                        StoreFault.Locked,
                        $"Another process keeps {path} locked. End what holds it (a backup, say) and try again.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreFault.NotWritable,
                $"{_folder} cannot be written: {exception.Message} Check the rights to the data folder.",
                exception);
        }
    }
}
