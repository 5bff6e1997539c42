namespace WorkerFleet.Results;

/// <summary>A folder of the local file system.</summary>
internal sealed class ExportFolder : IExportFolder
{
    private readonly FolderHandle? _handle;

    private ExportFolder(string path, FolderHandle? handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    /// <summary>Creates the folder where needed and locks it.</summary>
    /// <exception cref="ExportException">It is no folder, or another export writes to it.</exception>
    public static IExportFolder Open(string folder)
    {
        var path = Prepare(folder);
        var handle = FolderHandle.TryLock(path)
            ?? throw new ExportException(
                $"Cannot write results to {path}: another export writes there now. Wait for it or choose another folder.");
        return new ExportFolder(path, handle);
    }

    /// <summary>Creates the folder where needed, and leaves it open to others.</summary>
    /// <exception cref="ExportException">It is no folder.</exception>
    public static IExportFolder OpenUnlocked(string folder) => new ExportFolder(Prepare(folder), null);

    // Can be renamed while it is open, which matters on Windows.
    public Stream Create(string name) => new FileStream(
        Full(name), FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.None);

    public void Rename(string from, string to) => File.Move(Full(from), Full(to), overwrite: true);

    public void Delete(string name) => File.Delete(Full(name));

    public void DeleteAbandoned()
    {
        var hiddenToo = new EnumerationOptions { AttributesToSkip = FileAttributes.None };
        foreach (var file in RowFiles.Names.SelectMany(
            name => Directory.EnumerateFiles(Path, ExportFileNames.Ahead(name, "*"), hiddenToo)))
        {
            try
            {
                // Whoever writes a file keeps it open: it opens for nobody else alone.
                using var dead = new FileStream(
                    file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (Exception exception) when (ExportException.IsFileSystem(exception))
            {
                // Somebody writes it, or may: it is not for this export to say.
            }
        }
    }

    public Task SyncAsync(CancellationToken cancellationToken)
    {
        _handle?.Sync();
        return Task.CompletedTask;
    }

    public void Dispose() => _handle?.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Prepare(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
            throw new ExportException("The results need a folder to go to: name one.");
        var path = System.IO.Path.GetFullPath(folder);
        if (File.Exists(path))
            throw new ExportException($"Cannot write results to {path}: it is a file. Choose a folder.");
        Directory.CreateDirectory(path);
        return path;
    }

    private string Full(string name) => System.IO.Path.Combine(Path, name);
}
