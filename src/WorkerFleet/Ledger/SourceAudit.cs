using WorkerFleet.Batches;
using WorkerFleet.Sources;

namespace WorkerFleet.Ledger;

/// <summary>Reads the source once more, beside the slices, and compares where they say that their rows lie.</summary>
internal sealed class SourceAudit(ISourceReader sources, BatchState batch, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    private readonly AuditFinding _rows = new("The source still has the rows that it was submitted with.");
    private readonly AuditFinding _places = new("Every slice begins and ends where its rows do in the source.");
    private readonly IAsyncEnumerator<SourceRow> _source = sources
        .ReadAsync(batch.SourceBlob, batch.Spec.Source, batch.SourceStart, cancellationToken)
        .GetAsyncEnumerator(cancellationToken);

    private SourcePosition _position = batch.SourceStart;
    private long _count;
    private long _slices;

    private string Here => AuditFinding.Text(_position);

    /// <summary>Goes on to the end of the slice, which has to begin where the one before ended.</summary>
    public async Task CompareAsync(Slice slice)
    {
        if (!_rows.Passed)
            return;
        _slices++;
        _places.Expect(
            slice.Start == _position,
            $"Slice {slice.Number} begins at {AuditFinding.Text(slice.Start)}; the source is at {Here}.");
        for (var i = 0; i < slice.Count && await NextAsync(); i++)
        {
        }
        if (!_rows.Passed)
            return;
        _places.Expect(
            slice.End == _position,
            $"Slice {slice.Number} ends at {AuditFinding.Text(slice.End)}; the source is at {Here}.");
    }

    /// <summary>Reads to the end of the source.</summary>
    public async Task<IReadOnlyList<AuditCheck>> ConcludeAsync()
    {
        while (_rows.Passed && await NextAsync())
        {
        }
        _rows.Expect(
            _count == batch.TotalRows, $"{_count} rows were counted anew; {batch.TotalRows} were submitted.");
        return [_rows.Conclude($"{CountText.Of(_count, "row")}, counted anew."), _places.Conclude($"{CountText.Of(_slices, "slice")}.")];
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<bool> NextAsync()
    {
        try
        {
            if (!await _source.MoveNextAsync())
                return false;
        }
        catch (FileNotFoundException)
        {
            _rows.Contradict($"The source is gone from the store (blob {batch.SourceBlob}).");
            return false;
        }
        _position = _source.Current.Next;
        _count++;
        return true;
    }
}
