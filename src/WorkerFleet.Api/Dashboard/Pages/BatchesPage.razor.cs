using Microsoft.AspNetCore.Components;
using WorkerFleet.Api.Batches;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>All batches of the caller, the newest first.</summary>
public sealed partial class BatchesPage
{
    private const int PageSize = 25;

    [Inject]
    private BatchListing Listing { get; set; } = null!;

    private BatchFilter Filter { get; set; } = null!;

    private BatchPageJson List { get; set; } = null!;

    private bool IsFirst => !Http.Request.Query.ContainsKey(Links.CursorKey);

    private bool IsFiltered => Filter != BatchFilter.All;

    protected override async Task LoadAsync()
    {
        var query = ReadQuery();
        Filter = BatchFilter.Read(query);
        var before = BatchListing.ReadCursor(query);
        query.Check();
        List = await Listing.ReadAsync(Caller, Filter, before, PageSize, Aborted);
    }
}
