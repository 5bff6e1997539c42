using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>
/// Reads an object front to back. When the connection breaks, it goes on where it was, as long as the object is still
/// the one it began with.
/// </summary>
internal sealed class S3ReadStream : Stream
{
    /// <summary>Connections in a row that may break before so much was read that it is progress.</summary>
    private const int MaxBreaks = 5;

    private const long Progress = 1 << 20;

    /// <summary>How long nothing may come; a connection that died silently would hang for ever.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private readonly IAmazonS3 _client;
    private readonly S3Address _address;
    private readonly TimeProvider _time;
    private GetObjectResponse _response;
    private string? _etag;
    private long _end;
    private long _position;
    private int _breaks;
    private long _progressFrom;

    private S3ReadStream(IAmazonS3 client, S3Address address, TimeProvider time, long offset, GetObjectResponse response)
    {
        _client = client;
        _address = address;
        _time = time;
        _response = response;
        _etag = response.ETag;
        _position = _progressFrom = offset;
        _end = offset + response.ContentLength;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="AmazonS3Exception">As S3 answered: there is no such object, for instance.</exception>
    public static async Task<Stream> OpenAsync(
        IAmazonS3 client, S3Address address, long offset, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var response = await client.GetObjectAsync(RequestOf(address, offset, etag: null), cancellationToken);
            return new S3ReadStream(client, address, time, offset, response);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // The offset is its end, or behind it.
            return Null;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= _end)
            return 0;
        while (true)
        {
            Exception broken;
            try
            {
                var read = await ReadOnceAsync(buffer, cancellationToken);
                if (read > 0)
                    return Advance(read);
                broken = new IOException($"The connection ended after {_position} of {_end} bytes.");
            }
            catch (Exception exception) when (IsBroken(exception, cancellationToken))
            {
                broken = exception;
            }

            await ResumeAsync(broken, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it with ReadAsync.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _response.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silent = new CancellationTokenSource(Silence, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        return await _response.ResponseStream.ReadAsync(buffer, either.Token);
    }

    private int Advance(int read)
    {
        _position += read;
        if (_position - _progressFrom >= Progress)
        {
            _progressFrom = _position;
            _breaks = 0;
        }
        return read;
    }

    private async Task ResumeAsync(Exception broken, CancellationToken cancellationToken)
    {
        if (++_breaks > MaxBreaks)
            throw new S3Exception(
                $"{_address}: the connection broke {_breaks} times in a row at byte {_position}", broken);
        var wait = FirstWait * Math.Pow(2, _breaks - 1) * (0.5 + Random.Shared.NextDouble() / 2);
        await Task.Delay(wait, _time, cancellationToken);
        _response.Dispose();
        try
        {
            // The client tries again by itself, with the waits that S3 wants.
            _response = await _client.GetObjectAsync(RequestOf(_address, _position, _etag), cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode
            is HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound)
        {
            throw new S3Exception($"{_address}: it was replaced or deleted while it was read; start again", exception);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw S3Exception.Of(_address, exception);
        }
        _etag = _response.ETag ?? _etag;
        _end = _position + _response.ContentLength;
    }

    private static bool IsBroken(Exception exception, CancellationToken cancellationToken) =>
        exception is IOException or HttpRequestException or System.Net.Sockets.SocketException or ObjectDisposedException
        || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private static GetObjectRequest RequestOf(S3Address address, long offset, string? etag) => new()
    {
        BucketName = address.Bucket,
        Key = address.Key,
        ByteRange = offset > 0 ? new ByteRange($"bytes={offset}-") : null,
        EtagToMatch = etag,
    };
}
