namespace WorkerFleet.AgentCore;

/// <summary>
/// Reads at most so many bytes of another stream. The parser of events holds a line until it ends, however long it
/// is.
/// </summary>
internal sealed class BoundedStream(Stream inner, int maxBytes) : Stream
{
    private long _read;
    private uint _tail;

    /// <summary>Whether what was read so far ends with an empty line, as every event does.</summary>
    public bool EndsWithEmptyLine =>
        _read == 0 || (_tail & 0xFFFF) is 0x0A0A or 0x0D0D || (_tail & 0xFFFFFF) == 0x0A0D0A;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <exception cref="BodyTooLargeException">There are more bytes.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _read += count;
        if (_read > maxBytes)
            throw new BodyTooLargeException();
        foreach (var last in buffer.Span[Math.Max(0, count - 3)..count])
            _tail = (_tail << 8) | last;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>The body has more bytes than were asked for.</summary>
internal sealed class BodyTooLargeException : Exception;
