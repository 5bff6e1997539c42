namespace WorkerFleet.Sqlite;

/// <summary>
/// A file that is locked while it is open, exclusively (<see cref="FileShare.None"/>) or shared
/// (<see cref="FileShare.Read"/>): between processes, and between two handles of one. The operating system releases it
/// however the process ends.
/// </summary>
internal static class LockFile
{
    /// <returns>Null when another's lock forbids it.</returns>
    public static FileStream? TryOpen(string path, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, mode, access, share, bufferSize: 1);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            return null;
        }
    }

    /// <summary>Tells another's lock from, say, a full disk: EAGAIN on Linux and macOS, a sharing violation on Windows.
    /// </summary>
    private static bool IsHeld(IOException exception) =>
        exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
