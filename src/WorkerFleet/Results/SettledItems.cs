using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>
/// The settled items of a batch in row order, read page by page. Pages shrink when outputs are large, so that memory
/// depends neither on the number of rows nor, beyond two pages, on their size.
/// </summary>
/// <param name="ledger">The outcomes.</param>
/// <param name="batchId">Of the batch.</param>
/// <param name="from">First row.</param>
/// <param name="to">First row to leave out.</param>
/// <param name="pageSize">Items of the first page: of a reader before this one, which has seen how large they are.</param>
internal sealed class SettledItems(
    ILedger ledger, Guid batchId, long from, long to, int pageSize = SettledItems.FirstPage)
{
    public const int FirstPage = 32;

    private const int MaxPage = 1_024;
    private const long PageBytes = 8 * 1024 * 1024;

    private static readonly Task<IReadOnlyList<Settlement>> NoMore = Task.FromResult<IReadOnlyList<Settlement>>([]);

    private IReadOnlyList<Settlement> _page = [];
    private Task<IReadOnlyList<Settlement>>? _following;
    private int _next;
    private long _from = from;
    private bool _end;

    /// <summary>Whether <see cref="LoadAsync"/> has to be called before <see cref="Current"/> means anything.</summary>
    public bool NeedsPage => _next == _page.Count && !_end;

    /// <summary>Items of the next page.</summary>
    public int PageSize { get; private set; } = pageSize;

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
        PageSize = (int)Math.Clamp(PageBytes / largest, 1, Math.Min(2 * PageSize, MaxPage));
        // Is read while this one is written.
        _following = _from < to ? ReadAsync(cancellationToken) : NoMore;
    }

    private Task<IReadOnlyList<Settlement>> ReadAsync(CancellationToken cancellationToken) =>
        ledger.ReadSettledAsync(batchId, _from, to, state: null, PageSize, cancellationToken);
}
