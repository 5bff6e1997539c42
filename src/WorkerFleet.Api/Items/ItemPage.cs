using System.Text;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Api.Items;

/// <summary>A page of rows while it fills up.</summary>
internal sealed class ItemPage(
    BatchState batch, ItemQuery query, ILedger ledger, ISourceReader sources) : IAsyncDisposable
{
    /// <summary>Outcomes that are read at once: each may have an output of megabytes.</summary>
    private const int FirstRead = 16;

    private const int LargestRead = 256;
    private const long ReadBytes = 4 * 1024 * 1024;

    /// <summary>Rows whose text a page searches, at most.</summary>
    private const int MaxSearched = 2_048;

    private readonly List<ItemRowJson> _items = [];
    private readonly SourceTexts? _texts = query.Text is null ? null : new(batch, sources);
    private int _read = FirstRead;
    private int _searched;

    public IReadOnlyList<ItemRowJson> Items => _items;

    /// <returns>The first row that was not looked at: the slice's end, unless the page is full before.</returns>
    public Task<long> AddAsync(Slice slice, CancellationToken cancellationToken) => !MayHave(slice)
        ? Task.FromResult(slice.End.Index)
        : query.State is ItemState.Pending
            ? AddPendingAsync(slice, cancellationToken)
            : AddSettledAsync(slice, cancellationToken);

    /// <summary>
    /// Adds rows that are not dispatched. Their text is not searched: nothing tells where in the source they are.
    /// </summary>
    /// <returns>The first row that was not looked at.</returns>
    public long AddUndispatched(long from)
    {
        if (query.Text is not null || query.State is not (null or ItemState.Pending))
            return batch.TotalRows;
        var row = Math.Max(from, query.From);
        while (row < batch.TotalRows && _items.Count < query.Limit)
            _items.Add(ItemRowJson.Pending(row++));
        return row;
    }

    public ValueTask DisposeAsync() => _texts?.DisposeAsync() ?? default;

    private async Task<long> AddPendingAsync(Slice slice, CancellationToken cancellationToken)
    {
        foreach (var row in slice.Pending.Numbers().Select(number => slice.FirstIndex + number))
            if (row >= query.From
                && !await LookAsync(slice, ItemRowJson.Pending(row), output: default, cancellationToken))
                return row;
        return slice.End.Index;
    }

    /// <summary>
    /// Settled rows of the state; or, of any state, all rows: what is not settled in between is pending.
    /// </summary>
    private async Task<long> AddSettledAsync(Slice slice, CancellationToken cancellationToken)
    {
        var next = Math.Max(query.From, slice.FirstIndex);
        while (true)
        {
            var page = await ledger.ReadSettledAsync(
                batch.CorrelationId, next, slice.End.Index, query.State, _read, cancellationToken);
            foreach (var item in page)
            {
                for (; query.State is null && next < item.Index; next++)
                    if (!await LookAsync(slice, ItemRowJson.Pending(next), output: default, cancellationToken))
                        return next;
                if (!await LookAsync(slice, ItemRowJson.Of(item), item.Output, cancellationToken))
                    return item.Index;
                next = item.Index + 1;
            }

            if (page.Count < _read)
                break;
            var largest = Math.Max(page.Max(item => item.Output.Length), 1);
            _read = (int)Math.Clamp(ReadBytes / largest, 1, Math.Min(2 * _read, LargestRead));
        }

        for (; query.State is null && next < slice.End.Index; next++)
            if (!await LookAsync(slice, ItemRowJson.Pending(next), output: default, cancellationToken))
                return next;
        return slice.End.Index;
    }

    private bool MayHave(Slice slice) => query.State switch
    {
        null => true,
        ItemState.Pending => slice.Counts.Pending > 0,
        ItemState.Succeeded => slice.Counts.Succeeded > 0,
        ItemState.Failed => slice.Counts.Failed > 0,
        ItemState.Rejected => slice.Counts.Rejected > 0,
        _ => slice.Counts.Cancelled > 0,
    };

    /// <returns>False when the page takes no more: the row was not looked at.</returns>
    private async ValueTask<bool> LookAsync(
        Slice slice, ItemRowJson row, ReadOnlyMemory<byte> output, CancellationToken cancellationToken)
    {
        if (_items.Count == query.Limit || _searched == MaxSearched)
            return false;
        if (query.Text is { } text)
        {
            _searched++;
            if (!Has(row.Id, text) && !Has(row.Error?.Message, text) && !Has(output.Span, text)
                && !await _texts!.HasAsync(slice, row.Row, text, cancellationToken))
                return true;
        }

        _items.Add(row);
        return true;
    }

    private static bool Has(string? value, string text) =>
        value is not null && value.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static bool Has(ReadOnlySpan<byte> output, string text) =>
        !output.IsEmpty && Encoding.UTF8.GetString(output).Contains(text, StringComparison.OrdinalIgnoreCase);
}
