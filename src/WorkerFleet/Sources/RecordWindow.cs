using System.Buffers;

namespace WorkerFleet.Sources;

/// <summary>The bytes of a stream that have been read and not yet used, in one pooled buffer.</summary>
/// <param name="stream">Stays open.</param>
/// <param name="maxRowBytes">Largest record.</param>
/// <param name="bufferBytes">Size to begin with; the buffer grows when a record does not fit.</param>
internal sealed class RecordWindow(Stream stream, int maxRowBytes, int bufferBytes) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(bufferBytes);
    private int _start;
    private int _end;
    private bool _endOfStream;

    /// <summary>
    /// Bytes within which a record of the largest size is over, with its line end (CR LF). One that is not is too long,
    /// however many bytes happen to be in the buffer.
    /// </summary>
    public int Limit { get; } = maxRowBytes + 2;

    public int Available => _end - _start;

    public WindowEnd End =>
        Available >= Limit ? WindowEnd.Limit : _endOfStream ? WindowEnd.EndOfSource : WindowEnd.Open;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(_start, Math.Min(Available, Limit));

    /// <summary>Drops bytes from the front. They stay readable by <see cref="Last"/> until the next fill.</summary>
    public void Advance(int count) => _start += count;

    /// <summary>Bytes that were advanced over last.</summary>
    public ReadOnlySpan<byte> Last(int length, int content) => _buffer.AsSpan(_start - length, content);

    /// <summary>Reads until the buffer is full or the stream ends, so that a long record is looked at few times.</summary>
    /// <returns>False when the stream had ended before.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_endOfStream)
            return false;

        MakeRoom();
        var free = _buffer.AsMemory(_end);
        var read = await stream.ReadAtLeastAsync(free, free.Length, throwOnEndOfStream: false, cancellationToken);
        _end += read;
        _endOfStream = read < free.Length;
        return true;
    }

    /// <summary>Drops everything up to and including the next line feed, reading on as needed.</summary>
    /// <returns>Bytes dropped.</returns>
    public async ValueTask<long> SkipLineAsync(CancellationToken cancellationToken)
    {
        var skipped = 0L;
        while (true)
        {
            var lineEnd = _buffer.AsSpan(_start, Available).IndexOf((byte)'\n');
            var count = lineEnd < 0 ? Available : lineEnd + 1;
            skipped += count;
            Advance(count);
            if (lineEnd >= 0 || !await FillAsync(cancellationToken))
                return skipped;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void MakeRoom()
    {
        var available = Available;
        if (available > _buffer.Length / 2)
        {
            // Never needed beyond twice the largest record, because nobody fills a window that is at its limit.
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(_start, available).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, available).CopyTo(_buffer);
        }

        _start = 0;
        _end = available;
    }
}
