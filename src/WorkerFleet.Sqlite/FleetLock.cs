using WorkerFleet.Batches;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite;

/// <summary>
/// A lock file for each mode, <c>locks/embedded.mode</c> and <c>locks/fleet.mode</c>, which the processes of that mode
/// share. Whoever enters, or looks who is there, holds <c>locks/gate.mode</c> meanwhile.
/// </summary>
internal sealed class FleetLock(string dataFolder) : IStoreMode
{
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
        try
        {
            PrivateFolder.Create(Path.GetDirectoryName(_folder)!);
            Directory.CreateDirectory(_folder);
            return new LockGate(Path.Combine(_folder, "gate.mode")).Pass(action);
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
