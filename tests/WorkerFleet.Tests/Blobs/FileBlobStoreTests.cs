using System.Text;
using WorkerFleet.Blobs;

namespace WorkerFleet.Tests.Blobs;

/// <summary>What only files have; the rest is in the conformance suite of blob stores.</summary>
public sealed class FileBlobStoreTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"blobs-{Guid.CreateVersion7():N}");

    private FileBlobStore Store => new(_root);

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Delete_Prefix_TakesWhatACrashLeftAndSparesOthers()
    {
        await PutAsync("batches/1/source", "a");
        await PutAsync("batches/1/inputs/7", "b");
        await PutAsync("batches/10/source", "c");
        var unfinished = Directory.GetFiles(Path.Combine(_root, "batches", "1"))[0]
            .Replace("source", $".unfinished-{Guid.CreateVersion7():N}-source", StringComparison.Ordinal);
        await File.WriteAllTextAsync(unfinished, "half");

        await Store.DeleteAsync("batches/1/", CancellationToken.None);
        await Store.DeleteAsync("batches/2/", CancellationToken.None);

        Assert.Equal(["source"], Files());
        Assert.Equal("c", await GetAsync("batches/10/source"));
        Assert.False(Directory.Exists(Path.Combine(_root, "batches", "1")));
    }

    [Fact]
    public async Task Delete_PartOfAName_TakesAllThatBeginSo()
    {
        await PutAsync("a/one", "1");
        await PutAsync("a/onetwo", "2");
        await PutAsync("a/two", "3");
        var unfinished = $".unfinished-{Guid.CreateVersion7():N}-";
        await File.WriteAllTextAsync(Path.Combine(_root, "a", unfinished + "one"), "half");
        await File.WriteAllTextAsync(Path.Combine(_root, "a", unfinished + "two"), "half");

        await Store.DeleteAsync("a/one", CancellationToken.None);

        Assert.Equal([unfinished + "two", "two"], Files().Order());
    }

    [Fact]
    public async Task Put_Blob_LeavesNothingBesideIt()
    {
        await PutAsync("a", "old");
        await PutAsync("a", "new");

        Assert.Equal(["a"], Files());
    }

    [Fact]
    public async Task AnyName_KeptForUnfinishedBlobs_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync("a/.unfinished-b", "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => GetAsync("a/.unfinished-b"));
    }

    private async Task PutAsync(string name, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await Store.PutAsync(name, content, CancellationToken.None);
    }

    private async Task<string> GetAsync(string name, long offset = 0)
    {
        using var reader = new StreamReader(await Store.OpenReadAsync(name, offset, CancellationToken.None));
        return await reader.ReadToEndAsync();
    }

    private IEnumerable<string?> Files() =>
        Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).Select(Path.GetFileName);
}
