using System.Buffers;
using System.Security.Cryptography;

namespace WorkerFleet.Results;

/// <summary>
/// A file that is written front to back and measured on the way: bytes, lines, SHA-256. Rows are put together in a pooled
/// buffer, so that writing one costs no system call and no task.
/// </summary>
internal sealed class OutputFile(string name, Stream stream) : IBufferWriter<byte>, IDisposable
{
    private const int FlushBytes = 128 * 1024;
    private const int BufferBytes = 2 * FlushBytes;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _used;
    private long _flushedBytes;
    private long _lines;

    public string Name => name;

    /// <summary>Whether enough is buffered to be worth a <see cref="FlushAsync"/>; ask after every row.</summary>
    public bool WantsFlush => _used >= FlushBytes;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_used);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var content = _buffer.AsMemory(0, _used);
        _hash.AppendData(content.Span);
        _lines += content.Span.Count((byte)'\n');
        await stream.WriteAsync(content, cancellationToken);
        _flushedBytes += _used;
        _used = 0;
        if (_buffer.Length > 4 * BufferBytes)
            Exchange(BufferBytes);
    }

    /// <summary>Writes what is left, waits until all of it is on the disk or uploaded, and closes the file.</summary>
    public async Task<ManifestFile> CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        // What is no file has no other way to be told.
        if (stream is FileStream file)
            file.Flush(flushToDisk: true);
        else
            await stream.FlushAsync(cancellationToken);
        await stream.DisposeAsync();
        return new ManifestFile(name, _flushedBytes, Convert.ToHexStringLower(_hash.GetHashAndReset()), _lines);
    }

    public void Dispose()
    {
        stream.Dispose();
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Reserve(int sizeHint)
    {
        var needed = checked(_used + Math.Max(sizeHint, 1));
        if (needed > _buffer.Length)
            Exchange(Math.Max(needed, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
    }

    private void Exchange(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
