using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace WorkerFleet.Blobs;

/// <summary>Makes renames in a folder survive a power loss. The framework opens no folders, so this asks the system.</summary>
internal static class FolderSync
{
    /// <summary>Best effort: a file system that cannot sync folders (Windows, some network ones) orders renames itself.</summary>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;

        using var handle = Open(folder, flags: 0);
        if (!handle.IsInvalid)
            _ = Fsync(handle);
    }

    [DllImport("libc", EntryPoint = "open", BestFitMapping = false, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(SafeFileHandle handle);
}
