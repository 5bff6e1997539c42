using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Blobs;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.S3;

namespace WorkerFleet.Conformance.Blobs;

public sealed class S3BlobConformance : BlobStoreConformance
{
    private readonly string _bucket = $"blobs-{Guid.CreateVersion7():N}";
    private IAmazonS3 _client = null!;

    public override Task DisposeAsync()
    {
        _client.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Delete_UnfinishedUploadsOfACrash_AreEnded()
    {
        await BeginUploadAsync("blobs/batches/1/source");
        await BeginUploadAsync("blobs/batches/10/source");

        await Store.DeleteAsync("batches/1/", Token);

        Assert.Equal(["blobs/batches/10/source"], await UnfinishedAsync());
    }

    protected override async Task<IBlobStore> CreateAsync()
    {
        var emulator = await S3Emulator.StartAsync();
        _client = emulator.CreateClient();
        await _client.PutBucketAsync(_bucket, Token);
        return new S3BlobStore(new S3Connection(_client), _bucket, TimeProvider.System);
    }

    protected override async Task<IEnumerable<string>> UnfinishedAsync()
    {
        var page = await _client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = _bucket }, Token);
        return (page.MultipartUploads ?? []).Select(upload => upload.Key);
    }

    private Task BeginUploadAsync(string key) => _client.InitiateMultipartUploadAsync(
        new InitiateMultipartUploadRequest { BucketName = _bucket, Key = key }, Token);
}
