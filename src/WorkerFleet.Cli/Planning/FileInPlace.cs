using WorkerFleet.Blobs;

namespace WorkerFleet.Cli.Planning;

/// <summary>
/// A file of the user's as the one blob of a store: read where it is, never copied, written or deleted.
/// </summary>
internal sealed class FileInPlace(string path) : IBlobStore
{
    public Task PutAsync(string name, Stream content, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken)
    {
        var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.SequentialScan);
        file.Position = offset;
        return Task.FromResult<Stream>(file);
    }

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task DeleteAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;
}
