using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>Goes through a source record by record: what the reader, the count and the header all stand on.</summary>
internal sealed class RecordScanner(
    Stream stream, IRecordFormat format, SourcePosition start, int maxRowBytes,
    int bufferBytes = RecordScanner.DefaultBufferBytes) : IDisposable
{
    private const int DefaultBufferBytes = 128 * 1024;

    private readonly RecordWindow _window = new(stream, maxRowBytes, bufferBytes);
    private RecordFrame _frame;
    private bool _isInBuffer;

    /// <summary>Where the current record starts.</summary>
    public SourcePosition Position { get; private set; }

    /// <summary>Where the next one may start; blank lines before it are skipped then.</summary>
    public SourcePosition Next { get; private set; } = start with { Line = Math.Max(1, start.Line) };

    /// <summary>What is wrong with the current record; null when it is good.</summary>
    public string? Problem => _frame.Problem;

    /// <summary>The current record without its line end; empty if it was too long to be held. Valid until the next.</summary>
    public ReadOnlySpan<byte> Record => _isInBuffer ? _window.Last(_frame.Length, _frame.Content) : [];

    /// <summary>Goes to the next record. False at the end.</summary>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) =>
        TryRead(out var more) ? new ValueTask<bool>(more) : ReadSlowlyAsync(cancellationToken);

    public SourceRow ToRow() => Problem is null
        ? format.CreateRow(Record, Position, Next)
        : new SourceRow { Position = Position, Next = Next, BadRow = Problem };

    public void Dispose() => _window.Dispose();

    /// <summary>Reads the next record out of the buffer; false when more bytes are needed first.</summary>
    private bool TryRead(out bool more)
    {
        while (true)
        {
            more = _window.Available > 0;
            if (!more)
                return _window.End == WindowEnd.EndOfSource;

            _frame = format.Parse(_window.Span, _window.End, Next.Line);
            switch (_frame.Kind)
            {
                case FrameKind.Incomplete or FrameKind.BadToLineEnd:
                    return false;
                case FrameKind.Blank:
                    Next = new SourcePosition(Next.Index, Next.ByteOffset + _frame.Length, Next.Line + 1);
                    _window.Advance(_frame.Length);
                    break;
                default:
                    var lines = _window.Span[.._frame.Length].Count((byte)'\n');
                    Move(_frame.Length, lines);
                    _window.Advance(_frame.Length);
                    _isInBuffer = true;
                    return true;
            }
        }
    }

    private async ValueTask<bool> ReadSlowlyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_frame.Kind == FrameKind.BadToLineEnd)
            {
                Move(await _window.SkipLineAsync(cancellationToken), lines: 1);
                _frame = _frame with { Kind = FrameKind.Bad };
                _isInBuffer = false;
                return true;
            }

            await _window.FillAsync(cancellationToken);
            if (TryRead(out var more))
                return more;
        }
    }

    private void Move(long bytes, int lines)
    {
        Position = Next;
        Next = new SourcePosition(Next.Index + 1, Next.ByteOffset + bytes, Next.Line + lines);
    }
}
