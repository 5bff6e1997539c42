using System.Runtime.InteropServices;

namespace WorkerFleet.Results;

/// <summary>
/// An open, locked folder. .NET opens no folders, so on Unix this asks the system itself: a lock on the folder leaves no
/// lock file among the results, ends with the process however it ends, and the same handle makes renames durable.
/// </summary>
internal sealed class FolderHandle : IDisposable
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LinuxCloseOnExec = 0x80000;
    private const int MacCloseOnExec = 0x1000000;
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    private readonly int _descriptor;
    private readonly FileStream? _lockFile;

    private FolderHandle(int descriptor, FileStream? lockFile)
    {
        _descriptor = descriptor;
        _lockFile = lockFile;
    }

    /// <returns>Null when somebody else holds the lock.</returns>
    /// <exception cref="IOException">The folder cannot be opened.</exception>
    public static FolderHandle? TryLock(string folder)
    {
        if (OperatingSystem.IsWindows())
            return TryLockFile(folder);
        var descriptor = Open(folder, OperatingSystem.IsMacOS() ? MacCloseOnExec : LinuxCloseOnExec);
        if (descriptor < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        // A network file system may know no locks: then the export goes on without, as .NET's own files do.
        if (Lock(descriptor, LockExclusive | LockNonBlocking) == 0
            || Marshal.GetLastPInvokeError() is not (LinuxWouldBlock or MacWouldBlock))
            return new FolderHandle(descriptor, null);
        _ = Close(descriptor);
        return null;
    }

    /// <summary>Waits until all changes of names in the folder are on the disk. Windows does that by itself.</summary>
    public void Sync()
    {
        if (_lockFile is null && Flush(_descriptor) != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
    }

    public void Dispose()
    {
        if (_lockFile is null)
            _ = Close(_descriptor);
        else
            _lockFile.Dispose();
    }

    private static FolderHandle? TryLockFile(string folder)
    {
        var path = Path.Combine(folder, ".export.lock");
        try
        {
            return new FolderHandle(-1, new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Lock(int descriptor, int operation);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
