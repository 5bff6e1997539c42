using WorkerFleet.Storage;

namespace WorkerFleet.Blobs;

/// <summary>
/// Keeps blobs as files below one folder. A blob is written beside its place, synced and renamed, so that a crash at any
/// moment leaves either the whole blob or none; what such a crash leaves beside it goes with the next delete.
/// </summary>
/// <param name="root">Folder; made when the first blob is written.</param>
public sealed class FileBlobStore(string root) : IBlobStore
{
    /// <summary>Files that begin so are unfinished; no blob may be named so.</summary>
    private const string UnfinishedPrefix = ".unfinished-";

    private const int CopyBytes = 128 * 1024;

    private readonly string _root = Path.GetFullPath(root);

    public async Task PutAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var path = PathOf(name);
        var folder = Path.GetDirectoryName(path)!;
        // The store's own folder, where its database is, too.
        PrivateFolder.Create(Path.GetDirectoryName(_root)!);
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(
            folder, $"{UnfinishedPrefix}{Guid.CreateVersion7():N}-{Path.GetFileName(path)}");
        try
        {
            await WriteAsync(unfinished, content, cancellationToken);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        // A rename is only as durable as its folder; the batch that refers to the blob is stored after this.
        FolderSync.Sync(folder);
    }

    public Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            // Unbuffered: the readers bring their own buffers.
            var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
            stream.Position = offset;
            return Task.FromResult<Stream>(stream);
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileNotFoundException($"There is no blob '{name}'.", name, exception);
        }
        catch (FileNotFoundException exception)
        {
            throw new FileNotFoundException($"There is no blob '{name}'.", name, exception);
        }
    }

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(File.Exists(PathOf(name)));
    }

    public Task DeleteAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BlobName.Check(prefix, isPrefix: true);
        var folder = Path.Combine(_root, prefix[..(prefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(folder))
            return Task.CompletedTask;

        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (NameOf(file).StartsWith(prefix, StringComparison.Ordinal))
                File.Delete(file);
        }

        DeleteEmptyFolders(folder);
        return Task.CompletedTask;
    }

    private static async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            await content.CopyToAsync(file, CopyBytes, cancellationToken);
            file.Flush(flushToDisk: true);
        }
    }

    private string PathOf(string name)
    {
        BlobName.Check(name, isPrefix: false);
        if (name[(name.LastIndexOf('/') + 1)..].StartsWith(UnfinishedPrefix, StringComparison.Ordinal))
            throw new ArgumentException($"The blob name '{name}' is kept for unfinished blobs.", nameof(name));
        return Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>The name a file has as a blob, or would have had, were it finished.</summary>
    private string NameOf(string file)
    {
        var folder = Path.GetRelativePath(_root, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '/');
        var name = Path.GetFileName(file);
        if (name.StartsWith(UnfinishedPrefix, StringComparison.Ordinal))
            name = name[Math.Min(name.Length, UnfinishedPrefix.Length + 33)..];
        return folder == "." ? name : $"{folder}/{name}";
    }

    private void DeleteEmptyFolders(string folder)
    {
        foreach (var child in Directory.EnumerateDirectories(folder))
            DeleteEmptyFolders(child);

        var isRoot = Path.TrimEndingDirectorySeparator(folder) == Path.TrimEndingDirectorySeparator(_root);
        if (isRoot || Directory.EnumerateFileSystemEntries(folder).Any())
            return;

        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Somebody put a blob into it in this moment.
        }
    }
}
