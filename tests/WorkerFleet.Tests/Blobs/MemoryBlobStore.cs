using System.Collections.Concurrent;
using WorkerFleet.Blobs;

namespace WorkerFleet.Tests.Blobs;

/// <summary>Blobs in memory; reads come in pieces of a given size, as they may from a network.</summary>
internal sealed class MemoryBlobStore(int readSize = int.MaxValue) : IBlobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    public bool FailsReads { get; init; }

    public IReadOnlyCollection<string> Names => [.. _blobs.Keys];

    public async Task PutAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        _blobs[name] = copy.ToArray();
    }

    public void Put(string name, byte[] content) => _blobs[name] = content;

    public byte[] Get(string name) => _blobs[name];

    public Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken)
    {
        if (FailsReads)
            throw new IOException("The store is not reachable.");
        if (!_blobs.TryGetValue(name, out var content))
            throw new FileNotFoundException("There is no such blob.", name);
        return Task.FromResult<Stream>(new PiecewiseStream(content, readSize) { Position = offset });
    }

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_blobs.ContainsKey(name));

    public Task DeleteAsync(string prefix, CancellationToken cancellationToken)
    {
        foreach (var name in _blobs.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            _blobs.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    private sealed class PiecewiseStream(byte[] content, int readSize) : MemoryStream(content, writable: false)
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, readSize)], cancellationToken);
    }
}
