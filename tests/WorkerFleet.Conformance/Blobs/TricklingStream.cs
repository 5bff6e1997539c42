namespace WorkerFleet.Conformance.Blobs;

/// <summary>A source that gives odd pieces, cannot be sought in, and may end badly.</summary>
internal sealed class TricklingStream(byte[] content) : Stream
{
    private const int Piece = 70_001;

    private int _position;

    /// <summary>Whether it breaks off where it would end.</summary>
    public bool Fails { get; init; }

    /// <summary>Called when everything was read, before the end is said.</summary>
    public Action? OnEnd { get; init; }

    /// <summary>What the end waits for.</summary>
    public Task End { get; init; } = Task.CompletedTask;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(Piece, buffer.Length), content.Length - _position);
        if (count == 0)
        {
            OnEnd?.Invoke();
            if (Fails)
                throw new IOException("The source broke off.");
            await End.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        }
        content.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
