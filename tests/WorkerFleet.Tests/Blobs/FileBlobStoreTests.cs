using System.Text;
using WorkerFleet.Blobs;

namespace WorkerFleet.Tests.Blobs;

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
    public async Task Put_Blob_IsReadFromAnyOffset()
    {
        await PutAsync("batches/1/source", "hello");

        Assert.Equal("hello", await GetAsync("batches/1/source"));
        Assert.Equal("lo", await GetAsync("batches/1/source", 3));
        Assert.Equal("", await GetAsync("batches/1/source", 5));
        Assert.True(await Store.ExistsAsync("batches/1/source", CancellationToken.None));
        Assert.Equal(["source"], Files());
    }

    [Fact]
    public async Task Put_AgainWhileSomebodyReads_ReplacesAndTheReaderKeepsTheOldOne()
    {
        await PutAsync("a", "old");
        using var old = new StreamReader(await Store.OpenReadAsync("a", 0, CancellationToken.None));

        await PutAsync("a", "new");

        Assert.Equal("old", await old.ReadToEndAsync());
        Assert.Equal("new", await GetAsync("a"));
    }

    [Fact]
    public async Task Put_SourceFails_LeavesTheOldBlobAndNothingElse()
    {
        await PutAsync("a", "old");

        await Assert.ThrowsAsync<IOException>(
            () => Store.PutAsync("a", new FailingStream(), CancellationToken.None));

        Assert.Equal("old", await GetAsync("a"));
        Assert.Equal(["a"], Files());
    }

    [Fact]
    public async Task Put_WhileItRuns_IsNotVisible()
    {
        var source = new PausingStream();
        var put = Store.PutAsync("a", source, CancellationToken.None);
        await source.Started;

        Assert.False(await Store.ExistsAsync("a", CancellationToken.None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => GetAsync("a"));

        source.Release();
        await put;
        Assert.Equal("x", await GetAsync("a"));
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

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a/.")]
    [InlineData("a\\b")]
    [InlineData("c:a")]
    [InlineData("a\0")]
    [InlineData("a/.unfinished-b")]
    public async Task AnyName_ThatLeadsOutOrCollides_IsRefused(string name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync(name, "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => GetAsync(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../")]
    [InlineData("/")]
    [InlineData("a/../../")]
    public async Task Delete_PrefixThatLeadsOut_IsRefused(string prefix) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteAsync(prefix, CancellationToken.None));

    [Fact]
    public async Task Read_MissingBlob_IsSaid()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => GetAsync("none"));
        await Assert.ThrowsAsync<FileNotFoundException>(() => GetAsync("no/folder"));
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

    private sealed class FailingStream : MemoryStream
    {
        private bool _hasRead;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_hasRead)
                throw new IOException("The source broke off.");
            _hasRead = true;
            return new ValueTask<int>(10);
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            CopyPieceAsync(this, destination, cancellationToken);

        private static async Task CopyPieceAsync(Stream from, Stream destination, CancellationToken cancellationToken)
        {
            var piece = new byte[10];
            while (await from.ReadAsync(piece, cancellationToken) > 0)
                await destination.WriteAsync(piece, cancellationToken);
        }
    }

    private sealed class PausingStream : MemoryStream
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task;

        public void Release() => _released.SetResult();

        public override async Task CopyToAsync(
            Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await destination.WriteAsync("x"u8.ToArray(), cancellationToken);
            _started.SetResult();
            await _released.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }
    }
}
