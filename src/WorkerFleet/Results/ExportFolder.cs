namespace WorkerFleet.Results;

/// <summary>A folder of the local file system.</summary>
internal sealed class ExportFolder : IExportFolder
{
    private readonly FolderHandle _handle;

    private ExportFolder(string path, FolderHandle handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    /// <summary>Creates the folder where needed and locks it.</summary>
    /// <exception cref="ExportException">It is no folder, or another export writes to it.</exception>
    public static IExportFolder Open(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
            throw new ExportException("The results need a folder to go to: name one.");
        var path = System.IO.Path.GetFullPath(folder);
        if (File.Exists(path))
            throw new ExportException($"Cannot write results to {path}: it is a file. Choose a folder.");
        Directory.CreateDirectory(path);
        var handle = FolderHandle.TryLock(path)
            ?? throw new ExportException(
                $"Cannot write results to {path}: another export writes there now. Wait for it or choose another folder.");
        return new ExportFolder(path, handle);
    }

    public Stream Create(string name) =>
        new FileStream(Full(name), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.None);

    public void Rename(string from, string to) => File.Move(Full(from), Full(to), overwrite: true);

    public void Delete(string name) => File.Delete(Full(name));

    public Task SyncAsync(CancellationToken cancellationToken)
    {
        _handle.Sync();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _handle.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Full(string name) => System.IO.Path.Combine(Path, name);
}
