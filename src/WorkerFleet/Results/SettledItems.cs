using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>
/// The settled items of a batch in row order, read page by page. Pages shrink when outputs are large, so that memory
/// depends neither on the number of rows nor, beyond two pages, on their size.
/// </summary>
internal sealed class SettledItems(ILedger ledger, Guid batchId, long from, long to)
{
    private const int MaxPage = 1_024;
    private const int FirstPage = 32;
    private const long PageBytes = 8 * 1024 * 1024;

    private static readonly Task<IReadOnlyList<Settlement>> NoMore = Task.FromResult<IReadOnlyList<Settlement>>([]);

    private IReadOnlyList<Settlement> _page = [];
    private Task<IReadOnlyList<Settlement>>? _following;
    private int _next;
    private int _pageSize = FirstPage;
    private long _from = from;
    private bool _end;

    /// <summary>Whether <see cref="LoadAsync"/> has to be called before <see cref="Current"/> means anything.</summary>
    public bool NeedsPage => _next == _page.Count && !_end;

    /// <summary>The next settled item; null behind the last one.</summary>
    public Settlement? Current => _next < _page.Count ? _page[_next] : null;

    public void MoveNext() => _next++;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _page = await (_following ?? ReadAsync(cancellationToken));
        _next = 0;
        _end = _page.Count == 0;
        if (_end)
            return;
        _from = _page[^1].Index + 1;
        var largest = Math.Max(_page.Max(item => item.Output.Length), 1);
        _pageSize = (int)Math.Clamp(PageBytes / largest, 1, Math.Min(2 * _pageSize, MaxPage));
        // Is read while this one is written.
        _following = _from < to ? ReadAsync(cancellationToken) : NoMore;
    }

    private Task<IReadOnlyList<Settlement>> ReadAsync(CancellationToken cancellationToken) =>
        ledger.ReadSettledAsync(batchId, _from, to, state: null, _pageSize, cancellationToken);
}
