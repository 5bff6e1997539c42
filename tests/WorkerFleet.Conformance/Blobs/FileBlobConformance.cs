using WorkerFleet.Blobs;

namespace WorkerFleet.Conformance.Blobs;

public sealed class FileBlobConformance : BlobStoreConformance
{
    private readonly string _root = Directory.CreateTempSubdirectory("fleet-blobs-").FullName;

    public override Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    protected override Task<IBlobStore> CreateAsync() => Task.FromResult<IBlobStore>(new FileBlobStore(_root));

    protected override Task<IEnumerable<string>> UnfinishedAsync() => Task.FromResult(
        Directory.EnumerateFiles(_root, ".unfinished*", SearchOption.AllDirectories));
}
