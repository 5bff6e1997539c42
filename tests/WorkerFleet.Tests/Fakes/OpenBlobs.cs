using System.Collections.Concurrent;
using WorkerFleet.Blobs;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Blobs that know which of them are still open for reading.</summary>
internal sealed class OpenBlobs(IBlobStore inner) : IBlobStore
{
    private readonly ConcurrentQueue<Stream> _opened = new();

    public int Opened => _opened.Count;

    /// <summary>A stream that is closed can no longer be read.</summary>
    public int Open => _opened.Count(stream => stream.CanRead);

    public async Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken)
    {
        var stream = await inner.OpenReadAsync(name, offset, cancellationToken);
        _opened.Enqueue(stream);
        return stream;
    }

    public Task PutAsync(string name, Stream content, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, cancellationToken);

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        inner.ExistsAsync(name, cancellationToken);

    public Task DeleteAsync(string prefix, CancellationToken cancellationToken) =>
        inner.DeleteAsync(prefix, cancellationToken);
}
