using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Aws;
using WorkerFleet.Blobs;
using WorkerFleet.Storage;

namespace WorkerFleet.S3;

/// <summary>
/// Keeps blobs as objects of a bucket, below <see cref="Prefix"/>. Blobs of any length go by in bounded memory; a blob that is
/// being written is a multipart upload, which cannot be seen before it is complete.
/// </summary>
/// <param name="connection">Disposed by whoever made it.</param>
/// <param name="bucket">Has to be there.</param>
/// <param name="time">For waits between tries.</param>
public sealed class S3BlobStore(S3Connection connection, string bucket, TimeProvider time) : IBlobStore
{
    /// <summary>Begins the key of every blob, so that a bucket can hold results, or other things, beside them.</summary>
    public const string Prefix = "blobs/";

    private IAmazonS3 Client => connection.Client;

    public async Task PutAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var address = AddressOf(name);
        var upload = new S3Upload(Client, address);
        await using (upload)
        {
            while (true)
            {
                // What goes wrong with the content is not the store's fault, and stays what it is.
                var room = await StoreAsync("write", address, () => upload.RoomAsync(cancellationToken));
                var read = await content.ReadAsync(room, cancellationToken);
                if (read == 0)
                    break;
                upload.Advance(read);
            }
            await StoreAsync("write", address, () => upload.CompleteAsync(onlyIfNew: false, cancellationToken));
        }
    }

    public async Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var address = AddressOf(name);
        try
        {
            return new StoreStream(await S3ReadStream.OpenAsync(Client, address, offset, time, cancellationToken));
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchKey")
        {
            throw new FileNotFoundException($"There is no blob '{name}'.", name, exception);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw FailureOf("read", address, exception);
        }
    }

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        var address = AddressOf(name);
        try
        {
            await Client.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = bucket, Key = address.Key }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw FailureOf("read", address, exception);
        }
    }

    public async Task DeleteAsync(string prefix, CancellationToken cancellationToken)
    {
        BlobName.Check(prefix, isPrefix: true);
        var address = new S3Address(bucket, Prefix + prefix);
        await StoreAsync("delete", address, () => S3Deletion.DeleteAsync(Client, address, cancellationToken));
    }

    private S3Address AddressOf(string name)
    {
        BlobName.Check(name, isPrefix: false);
        return new S3Address(bucket, Prefix + name);
    }

    private static async Task StoreAsync(string verb, S3Address address, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is S3Exception)
        {
            throw FailureOf(verb, address, exception);
        }
    }

    private static async ValueTask<T> StoreAsync<T>(string verb, S3Address address, Func<ValueTask<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is S3Exception)
        {
            throw FailureOf(verb, address, exception);
        }
    }

    private static StoreException FailureOf(string verb, S3Address address, Exception exception) => new(
        StoreFault.Failed,
        $"Cannot {verb} {(exception is S3Exception ? exception.Message : $"{address}: {AwsProblems.Describe(exception)}")}.",
        exception);

    /// <summary>To whom a blob is data of the store, its loss is a fault of the store, which is tried again.</summary>
    private sealed class StoreStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (S3Exception exception)
            {
                throw new StoreException(StoreFault.Failed, $"Cannot read {exception.Message}.", exception);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
