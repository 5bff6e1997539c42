using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Api.Items;

/// <summary>
/// Searches rows of the source, one after the other in ascending order; opens it anew only to pass slices over.
/// </summary>
internal sealed class SourceTexts(BatchState batch, ISourceReader sources) : IAsyncDisposable
{
    private IAsyncEnumerator<SourceRow>? _rows;
    private long _next;

    /// <returns>Whether one of its values has the text in it, in either case. False where the source is gone.</returns>
    public async ValueTask<bool> HasAsync(Slice slice, long row, string text, CancellationToken cancellationToken)
    {
        if (_rows is null || _next < slice.FirstIndex)
        {
            await DisposeAsync();
            _rows = sources.ReadAsync(batch.SourceBlob, batch.Spec.Source, slice.Start, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            _next = slice.FirstIndex;
        }

        try
        {
            for (; _next <= row; _next++)
                if (!await _rows.MoveNextAsync())
                    return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }

        var found = _rows.Current;
        return found.Json is { } json
            ? json.GetRawText().Contains(text, StringComparison.OrdinalIgnoreCase)
            : found.Values.Any(value => value.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    public async ValueTask DisposeAsync()
    {
        if (_rows is not null)
            await _rows.DisposeAsync();
        _rows = null;
    }
}
