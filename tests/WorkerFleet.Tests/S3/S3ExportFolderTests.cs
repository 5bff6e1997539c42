using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Results;
using WorkerFleet.S3;

namespace WorkerFleet.Tests.S3;

/// <summary>What an export in S3 leaves when it ends halfway, or meets another.</summary>
public sealed class S3ExportFolderTests : IAsyncLifetime
{
    /// <summary>Several parts of an upload.</summary>
    private static readonly byte[] Long = new byte[20_000_000];

    private readonly string _bucket = $"exports-{Guid.CreateVersion7():N}";
    private IAmazonS3 _client = null!;

    private static CancellationToken Token => CancellationToken.None;

    public async Task InitializeAsync()
    {
        _client = (await S3Emulator.StartAsync()).CreateClient();
        await _client.PutBucketAsync(_bucket, Token);
    }

    public Task DisposeAsync()
    {
        _client.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Export_ThatIsGivenUp_LeavesNothing()
    {
        await using (var folder = Open())
            await WriteAsync(folder, ExportFileNames.Results, Long);

        Assert.Empty(await KeysAsync());
        Assert.Empty(await UnfinishedAsync());
    }

    [Fact]
    public async Task Export_Renamed_AppearsWithTheSyncAndNotBefore()
    {
        await using var folder = Open();
        await WriteAsync(folder, ExportFileNames.Results, Long);
        await WriteAsync(folder, ExportFileNames.Table, [1, 2, 3]);
        Publish(folder, ExportFileNames.Results, ExportFileNames.Table);
        Assert.Empty(await KeysAsync());

        await folder.SyncAsync(Token);

        Assert.Equal(["out/results.csv", "out/results.jsonl"], await KeysAsync());
        var found = await _client.GetObjectMetadataAsync(_bucket, "out/results.jsonl", Token);
        Assert.Equal(Long.Length, found.ContentLength);
    }

    [Fact]
    public async Task Export_LaterOneBegins_TheEarlierFailsAndSaysSo()
    {
        await using var earlier = Open();
        await WriteAsync(earlier, ExportFileNames.Results, Long);
        await using var later = Open();
        later.Delete(ExportFileNames.Partial(ExportFileNames.Results));
        await later.SyncAsync(Token);
        Publish(earlier, ExportFileNames.Results);

        var exception = await Assert.ThrowsAsync<S3Exception>(() => earlier.SyncAsync(Token));

        Assert.Contains("another export wrote there at the same time", exception.Message, StringComparison.Ordinal);
        Assert.Empty(await KeysAsync());
    }

    [Theory]
    [InlineData(ExportFileNames.Manifest)]
    [InlineData(ExportFileNames.Results)]
    public async Task Manifest_AfterAnotherWroteThere_IsNotWritten(string changed)
    {
        await using var folder = Open();
        await WriteAsync(folder, ExportFileNames.Results, [1, 2, 3]);
        Publish(folder, ExportFileNames.Results);
        await folder.SyncAsync(Token);
        await _client.PutObjectAsync(
            new PutObjectRequest { BucketName = _bucket, Key = $"out/{changed}", ContentBody = "another's" }, Token);
        await WriteAsync(folder, ExportFileNames.Manifest, [4]);
        Publish(folder, ExportFileNames.Manifest);

        var exception = await Assert.ThrowsAsync<S3Exception>(() => folder.SyncAsync(Token));

        Assert.Contains("another export wrote there at the same time", exception.Message, StringComparison.Ordinal);
        Assert.Equal(changed == ExportFileNames.Manifest, (await KeysAsync()).Contains("out/manifest.json"));
    }

    private S3ExportFolder Open() => new(_client, new S3Address(_bucket, "out"));

    private static async Task WriteAsync(IExportFolder folder, string name, byte[] content)
    {
        await using var stream = folder.Create(ExportFileNames.Partial(name));
        await stream.WriteAsync(content);
        await stream.FlushAsync();
    }

    private static void Publish(IExportFolder folder, params string[] names)
    {
        foreach (var name in names)
            folder.Rename(ExportFileNames.Partial(name), name);
    }

    private async Task<List<string>> KeysAsync()
    {
        var page = await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket }, Token);
        return [.. (page.S3Objects ?? []).Select(found => found.Key)];
    }

    private async Task<List<string>> UnfinishedAsync()
    {
        var page = await _client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = _bucket }, Token);
        return [.. (page.MultipartUploads ?? []).Select(upload => upload.Key)];
    }
}
