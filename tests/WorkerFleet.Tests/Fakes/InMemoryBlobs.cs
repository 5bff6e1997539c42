using WorkerFleet.Blobs;

namespace WorkerFleet.Tests.Fakes;

internal sealed class InMemoryBlobs : IBlobStore
{
    public Dictionary<string, byte[]> Blobs { get; } = [];

    public async Task PutAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        Blobs[name] = copy.ToArray();
    }

    public Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken) =>
        Blobs.TryGetValue(name, out var bytes)
            ? Task.FromResult<Stream>(new MemoryStream(bytes[(int)offset..]))
            : throw new FileNotFoundException(name);

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(Blobs.ContainsKey(name));

    public Task DeleteAsync(string prefix, CancellationToken cancellationToken)
    {
        foreach (var name in Blobs.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList())
            Blobs.Remove(name);
        return Task.CompletedTask;
    }
}
