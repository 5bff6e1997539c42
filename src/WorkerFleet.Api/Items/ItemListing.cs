using System.Globalization;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Items;

/// <summary>Lists rows of a batch as a query asks for them: by their state and text, or the one with an id.</summary>
internal sealed class ItemListing(ItemSearch search, ILedger ledger)
{
    /// <param name="Rows">By state and text.</param>
    /// <param name="Id">Only the settled row with this id of the user's own; null: any.</param>
    public sealed record Wanted(ItemQuery Rows, string? Id);

    /// <param name="query">Has <c>state</c>, <c>text</c>, <c>id</c> and <c>cursor</c>; problems are left in it.</param>
    /// <param name="limit">Rows of a page.</param>
    public static Wanted Read(RequestQuery query, int limit)
    {
        var from = long.TryParse(
            query.Cursor(ItemSearch.CursorKind), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? row
            : 0;
        return new(new(query.Choice<ItemState>("state"), query.Text("text"), from, limit), query.Text("id"));
    }

    public Task<ItemPageJson> ReadAsync(BatchState batch, Wanted wanted, CancellationToken cancellationToken) =>
        wanted.Id is { } id
            ? FindByIdAsync(batch, id, wanted.Rows.State, cancellationToken)
            : search.ReadAsync(batch, wanted.Rows, cancellationToken);

    private async Task<ItemPageJson> FindByIdAsync(
        BatchState batch, string id, ItemState? state, CancellationToken cancellationToken)
    {
        var found = await ledger.FindIndexAsync(batch.CorrelationId, id, cancellationToken) is { } index
            ? await ledger.FindSettledAsync(batch.CorrelationId, index, cancellationToken)
            : null;
        return new(
            found is not null && (state is null || found.State == state) ? [ItemRowJson.Of(found)] : [],
            batch.TotalRows, batch.TotalRows, null);
    }
}
