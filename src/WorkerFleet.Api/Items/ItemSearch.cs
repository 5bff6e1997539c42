using System.Globalization;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Api.Items;

/// <summary>What rows to list.</summary>
/// <param name="State">In this state; null: in any.</param>
/// <param name="Text">With this in id, input, output or error, in either case; null: with any.</param>
/// <param name="From">First row to look at.</param>
/// <param name="Limit">At most so many.</param>
internal sealed record ItemQuery(ItemState? State, string? Text, long From, int Limit);

/// <summary>
/// Lists rows of a batch in their order. However large the batch is, a page looks at a bounded number of slices and
/// rows, and says how far it came: slices that have no row of the state are passed over by their counts.
/// </summary>
internal sealed class ItemSearch(ILedger ledger, ISourceReader sources)
{
    public const string CursorKind = "items";

    private const int SlicesAtOnce = 64;

    /// <summary>
    /// Slices that a page looks at, at most: a quarter of a million rows, where it can pass them over.
    /// </summary>
    private const int MaxSlices = 1_024;

    public async Task<ItemPageJson> ReadAsync(BatchState batch, ItemQuery query, CancellationToken cancellationToken)
    {
        await using var page = new ItemPage(batch, query, ledger, sources);
        var scanned = query.From;
        var first = await SliceSearch.FindAsync(ledger, batch, query.From, cancellationToken);
        var number = first?.Number ?? batch.SlicesDispatched;
        for (var visited = 0; visited < MaxSlices; visited += SlicesAtOnce)
        {
            var slices = await ledger.ReadSlicesAsync(
                batch.CorrelationId, number, SlicesAtOnce, query.State is ItemState.Pending, cancellationToken);
            foreach (var slice in slices)
            {
                scanned = await page.AddAsync(slice, cancellationToken);
                if (scanned < slice.End.Index)
                    return PageOf(batch, page, scanned);
            }

            if (slices.Count < SlicesAtOnce)
                // Slices without a pending row may have been left out at the end.
                return PageOf(batch, page, page.AddUndispatched(Math.Max(scanned, batch.Cursor.Index)));
            number = slices[^1].Number + 1;
        }

        return PageOf(batch, page, scanned);
    }

    private static ItemPageJson PageOf(BatchState batch, ItemPage page, long scanned) => new(
        page.Items, batch.TotalRows, Math.Min(scanned, batch.TotalRows),
        scanned >= batch.TotalRows ? null : Cursor.Write(CursorKind, scanned.ToString(CultureInfo.InvariantCulture)));
}
