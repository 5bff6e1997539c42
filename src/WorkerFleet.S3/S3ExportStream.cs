using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>What an export writes a file through. The upload belongs to whoever made it.</summary>
internal sealed class S3ExportStream(S3Upload upload) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(TellAsync(() => upload.WriteAsync(buffer, cancellationToken).AsTask()));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Uploads what is left, so that the file only has to appear.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        TellAsync(() => upload.FinishAsync(cancellationToken));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Write it with WriteAsync.");

    private static async Task TellAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw new S3Exception(AwsProblems.Describe(exception), exception);
        }
    }
}
