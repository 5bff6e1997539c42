namespace WorkerFleet.Storage;

/// <summary>
/// Folders that are for one user of the machine alone: a store holds inputs, outputs, and what cookies are encrypted with.
/// </summary>
public static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder, unless it is there. One that is keeps its mode: somebody may have meant it so.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
    }
}
