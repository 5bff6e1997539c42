using WorkerFleet.Batches;
using WorkerFleet.Items;

namespace WorkerFleet.Results;

/// <summary>One kind of rows in one format, as a stream. The stream stays open.</summary>
internal sealed class RowStream : IRowSink, IDisposable
{
    private readonly OutputFile _file;
    private readonly ResultLines? _results;
    private readonly FailureLines? _failures;
    private readonly ResultTable? _table;
    private readonly bool _failuresOnly;

    public RowStream(BatchSpec spec, Stream stream, ResultFormat format, bool failuresOnly)
    {
        _file = new OutputFile("results", new OpenStream(stream));
        _failuresOnly = failuresOnly;
        if (format == ResultFormat.Csv)
            _table = new(_file, spec);
        else if (failuresOnly)
            _failures = new(_file);
        else
            _results = new(_file);
    }

    public void Write(ResultRow row)
    {
        if (_failuresOnly && row.Settled.State == ItemState.Succeeded)
            return;
        _results?.Write(row);
        _failures?.Write(row);
        _table?.Write(row);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) =>
        _file.WantsFlush ? _file.FlushAsync(cancellationToken) : default;

    /// <summary>Writes what is left.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _file.FlushAsync(cancellationToken);

    public void Dispose()
    {
        _results?.Dispose();
        _failures?.Dispose();
        _file.Dispose();
    }

    /// <summary>Whoever gave the stream closes it.</summary>
    private sealed class OpenStream(Stream inner) : Stream
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

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
