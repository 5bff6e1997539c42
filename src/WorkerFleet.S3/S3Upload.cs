using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>
/// Uploads an object of unknown length: what fits into one part as a whole, anything longer in parts, of which a few are
/// under way while the next one fills. The object appears when the upload completes; until then there is nothing to see.
/// </summary>
internal sealed class S3Upload(IAmazonS3 client, S3Address address) : IAsyncDisposable
{
    /// <summary>S3 takes no part but the last below 5 MiB.</summary>
    private const int FirstPartBytes = 8 << 20;

    /// <summary>
    /// S3 takes 10,000 parts, and a part has to be in memory, for a retry. So parts double in size after each of these: 8 MiB
    /// up to 16 GB, at most 128 MiB, and 496 GiB in all.
    /// </summary>
    private const int PartsOfASize = 2_000;

    private const int MaxParts = 10_000;

    private const int FirstBufferBytes = 256 << 10;

    /// <summary>Parts under way, beside the one that fills.</summary>
    private const int MaxUnderWay = 2;

    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(30);

    private readonly Queue<Task<PartETag>> _underWay = new();
    private readonly List<PartETag> _parts = [];
    private readonly CancellationTokenSource _abandoned = new();
    private byte[] _buffer = [];
    private int _used;
    private int _started;
    private string? _uploadId;
    private bool _completed;

    /// <summary>What S3 knows the whole object by; null until it is complete.</summary>
    public string? ETag { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        while (!content.IsEmpty)
        {
            var room = await RoomAsync(cancellationToken);
            var count = Math.Min(room.Length, content.Length);
            content[..count].CopyTo(room);
            Advance(count);
            content = content[count..];
        }
    }

    /// <summary>Where more can be put, never empty; begins to upload a part that is full.</summary>
    public async ValueTask<Memory<byte>> RoomAsync(CancellationToken cancellationToken)
    {
        var partBytes = PartBytes(_started);
        if (_used == partBytes)
            await StartPartAsync(cancellationToken);
        if (_used == _buffer.Length)
            // Most blobs are small: a buffer of a whole part is for those that are not.
            Array.Resize(ref _buffer, Math.Min(Math.Max(2 * _used, FirstBufferBytes), partBytes));
        return _buffer.AsMemory(_used);
    }

    /// <summary>Says how much was put there.</summary>
    public void Advance(int count) => _used += count;

    /// <summary>Uploads what is left of a longer object, so that completing it takes no time. Nothing may follow.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_uploadId is null)
            return;
        if (_used > 0)
            await StartPartAsync(cancellationToken);
        while (_underWay.Count > 0)
            await FirstDoneAsync(cancellationToken);
    }

    /// <summary>Makes the object appear, replacing what had its key.</summary>
    /// <param name="onlyIfNew">Whether to fail with status 412 when there is an object of that key.</param>
    /// <param name="cancellationToken">Cancels; the object may have appeared all the same.</param>
    public async Task CompleteAsync(bool onlyIfNew, CancellationToken cancellationToken)
    {
        var condition = onlyIfNew ? "*" : null;
        if (_uploadId is null)
        {
            var put = await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = address.Bucket,
                    Key = address.Key,
                    InputStream = new MemoryStream(_buffer, 0, _used, writable: false),
                    IfNoneMatch = condition,
                }, cancellationToken);
            ETag = put.ETag;
        }
        else
        {
            await FinishAsync(cancellationToken);
            var completed = await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = address.Bucket,
                    Key = address.Key,
                    UploadId = _uploadId,
                    PartETags = _parts,
                    IfNoneMatch = condition,
                }, cancellationToken);
            ETag = completed.ETag;
        }
        _completed = true;
    }

    /// <summary>Takes the parts away again, unless the upload is complete: S3 would keep, and bill, them for ever.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_completed && _uploadId is not null)
        {
            await _abandoned.CancelAsync();
            await Task.WhenAny(Task.WhenAll(_underWay));
            await AbortAsync();
        }
        _abandoned.Dispose();
        _buffer = [];
    }

    private async Task AbortAsync()
    {
        using var limit = new CancellationTokenSource(AbortLimit);
        try
        {
            await client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = address.Bucket, Key = address.Key, UploadId = _uploadId },
                limit.Token);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is OperationCanceledException)
        {
            // Why the upload failed is told already. The bucket's lifecycle rule takes such parts away in the end.
        }
    }

    private async Task StartPartAsync(CancellationToken cancellationToken)
    {
        if (_started == MaxParts)
            throw new S3Exception(string.Create(CultureInfo.InvariantCulture,
                $"{address}: it is longer than the 496 GiB that can be uploaded as a stream"));
        _uploadId ??= (await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = address.Bucket, Key = address.Key, ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            }, cancellationToken)).UploadId;
        if (_underWay.Count == MaxUnderWay)
            await FirstDoneAsync(cancellationToken);
        // Its own array, until the garbage collector has it: the client may still send from it after a request was cancelled.
        _underWay.Enqueue(UploadAsync(++_started, _buffer, _used));
        _buffer = [];
        _used = 0;
    }

    private async Task FirstDoneAsync(CancellationToken cancellationToken)
    {
        _parts.Add(await _underWay.Peek().WaitAsync(cancellationToken));
        _ = _underWay.Dequeue();
    }

    private async Task<PartETag> UploadAsync(int number, byte[] buffer, int used)
    {
        var response = await client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = address.Bucket,
                Key = address.Key,
                UploadId = _uploadId,
                PartNumber = number,
                PartSize = used,
                ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
                InputStream = new MemoryStream(buffer, 0, used, writable: false),
            }, _abandoned.Token);
        return new PartETag(response);
    }

    private static int PartBytes(int started) => FirstPartBytes << Math.Min(started / PartsOfASize, 4);
}
