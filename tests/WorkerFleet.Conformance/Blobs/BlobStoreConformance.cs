using System.Security.Cryptography;
using System.Text;
using WorkerFleet.Blobs;

namespace WorkerFleet.Conformance.Blobs;

/// <summary>What every blob store does.</summary>
public abstract class BlobStoreConformance : IAsyncLifetime
{
    /// <summary>More than a part of a multipart upload, and no multiple of anything.</summary>
    private const int LargeBytes = 20_000_003;

    protected static CancellationToken Token => CancellationToken.None;

    protected IBlobStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await CreateAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store.</summary>
    protected abstract Task<IBlobStore> CreateAsync();

    [Fact]
    public async Task Put_Blob_IsReadFromAnyOffset()
    {
        await PutAsync("batches/1/source", "hello");

        Assert.Equal("hello", await GetAsync("batches/1/source"));
        Assert.Equal("lo", await GetAsync("batches/1/source", 3));
        Assert.Equal("", await GetAsync("batches/1/source", 5));
        Assert.Equal("", await GetAsync("batches/1/source", 500));
        Assert.True(await Store.ExistsAsync("batches/1/source", Token));
        Assert.False(await Store.ExistsAsync("batches/1", Token));
    }

    [Fact]
    public async Task Put_Nothing_IsABlobWithoutBytes()
    {
        await PutAsync("empty", "");

        Assert.True(await Store.ExistsAsync("empty", Token));
        Assert.Equal("", await GetAsync("empty"));
        Assert.Equal("", await GetAsync("empty", 1));
    }

    [Fact]
    public async Task Put_NamesWithOddCharacters_AreToldApart()
    {
        string[] names = ["a/b c", "a/b+c", "a/b%20c", "a/ü✓", "a/b?c=d&e", "a/b#c", "a/\"'<>", "a/é"];
        foreach (var name in names)
            await PutAsync(name, name);

        foreach (var name in names)
            Assert.Equal(name, await GetAsync(name));
        await Store.DeleteAsync("a/b ", Token);
        Assert.False(await Store.ExistsAsync("a/b c", Token));
        Assert.True(await Store.ExistsAsync("a/b+c", Token));
    }

    [Theory]
    [InlineData(8 << 20)]
    [InlineData((8 << 20) + 1)]
    [InlineData(16 << 20)]
    [InlineData(LargeBytes)]
    public async Task Put_LongBlob_KeepsEveryByte(int length)
    {
        var content = Bytes(length);
        await Store.PutAsync("long", new TricklingStream(content), Token);

        Assert.Equal(SHA256.HashData(content), await HashAsync("long", 0));
        var middle = length / 2 + 1;
        Assert.Equal(SHA256.HashData(content.AsSpan(middle)), await HashAsync("long", middle));
    }

    [Fact]
    public async Task Put_AgainWhileSomebodyReads_ReplacesAndTheReaderKeepsTheOldOne()
    {
        await PutAsync("a", "old");
        using var old = new StreamReader(await Store.OpenReadAsync("a", 0, Token));

        await PutAsync("a", "new");

        Assert.Equal("old", await old.ReadToEndAsync());
        Assert.Equal("new", await GetAsync("a"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(LargeBytes)]
    public async Task Put_SourceFails_LeavesTheOldBlobAlone(int after)
    {
        await PutAsync("a/b", "old");

        var exception = await Assert.ThrowsAsync<IOException>(
            () => Store.PutAsync("a/b", new TricklingStream(Bytes(after)) { Fails = true }, Token));

        Assert.Equal("The source broke off.", exception.Message);
        Assert.Equal("old", await GetAsync("a/b"));
        Assert.Equal([], await UnfinishedAsync());
    }

    [Fact]
    public async Task Put_Cancelled_LeavesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new TricklingStream(Bytes(LargeBytes)) { OnEnd = cancellation.Cancel };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.PutAsync("a/b", source, cancellation.Token));

        Assert.False(await Store.ExistsAsync("a/b", Token));
        Assert.Equal([], await UnfinishedAsync());
    }

    [Fact]
    public async Task Put_WhileItRuns_IsNotVisible()
    {
        var halfway = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var put = Store.PutAsync(
            "a/b", new TricklingStream(Bytes(LargeBytes)) { OnEnd = halfway.SetResult, End = goOn.Task }, Token);
        await halfway.Task.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.False(await Store.ExistsAsync("a/b", Token));
        await Assert.ThrowsAsync<FileNotFoundException>(() => GetAsync("a/b"));

        goOn.SetResult();
        await put;
        Assert.True(await Store.ExistsAsync("a/b", Token));
    }

    [Fact]
    public async Task Delete_Prefix_SparesOthers()
    {
        await PutAsync("batches/1/source", "a");
        await PutAsync("batches/1/inputs/7", "b");
        await PutAsync("batches/10/source", "c");

        await Store.DeleteAsync("batches/1/", Token);
        await Store.DeleteAsync("batches/2/", Token);

        Assert.False(await Store.ExistsAsync("batches/1/source", Token));
        Assert.False(await Store.ExistsAsync("batches/1/inputs/7", Token));
        Assert.Equal("c", await GetAsync("batches/10/source"));
    }

    [Fact]
    public async Task Delete_PartOfAName_TakesAllThatBeginSo()
    {
        await PutAsync("a/one", "1");
        await PutAsync("a/onetwo", "2");
        await PutAsync("a/two", "3");

        await Store.DeleteAsync("a/one", Token);

        Assert.False(await Store.ExistsAsync("a/one", Token));
        Assert.False(await Store.ExistsAsync("a/onetwo", Token));
        Assert.True(await Store.ExistsAsync("a/two", Token));
    }

    [Fact]
    public async Task Delete_MoreThanAPage_TakesThemAll()
    {
        const int Blobs = 1_203;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Blobs), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (number, _) => await PutAsync($"many/{number}", "x"));
        await PutAsync("manyother", "x");

        await Store.DeleteAsync("many/", Token);

        foreach (var number in (int[])[0, 1, 999, 1_000, 1_001, Blobs - 1])
            Assert.False(await Store.ExistsAsync($"many/{number}", Token));
        Assert.True(await Store.ExistsAsync("manyother", Token));
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
    public async Task AnyName_ThatLeadsOut_IsRefused(string name)
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
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteAsync(prefix, Token));

    [Fact]
    public async Task Read_MissingBlob_IsSaid()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => GetAsync("none"));
        await Assert.ThrowsAsync<FileNotFoundException>(() => GetAsync("no/folder"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => GetAsync("none", -1));
    }

    /// <summary>Names of what was begun, never finished, and still takes room.</summary>
    protected abstract Task<IEnumerable<string>> UnfinishedAsync();

    protected async Task PutAsync(string name, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await Store.PutAsync(name, content, Token);
    }

    protected async Task<string> GetAsync(string name, long offset = 0)
    {
        using var reader = new StreamReader(await Store.OpenReadAsync(name, offset, Token));
        return await reader.ReadToEndAsync();
    }

    private async Task<byte[]> HashAsync(string name, long offset)
    {
        await using var stream = await Store.OpenReadAsync(name, offset, Token);
        return await SHA256.HashDataAsync(stream);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
