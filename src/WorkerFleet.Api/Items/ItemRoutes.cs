using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Items;

/// <summary>The routes to look at rows.</summary>
internal static class ItemRoutes
{
    private const int UsualPage = 50;
    private const int LargestPage = 200;

    public static void MapItems(this IEndpointRouteBuilder api)
    {
        var items = api.MapGroup("/batches/{batch}/items").WithTags("items");
        items.MapGet("", ListAsync)
            .Describe(Scopes.Read, "ListItems", "List rows of a batch, in their order.", 404)
            .Query(
                new("state", "Only those in this state: pending, succeeded, failed, rejected or cancelled."),
                new("text", "Only those with this in their id, input, output or error, in either case."),
                new("id", "Only the settled row with this id of your own, exactly."),
                RouteParameter.Limit(UsualPage, LargestPage), RouteParameter.Cursor);
        items.MapGet("/{row}", FindAsync)
            .Describe(Scopes.Read, "GetItem", "Show one row: input, output, error, and its events as a timeline.", 404);
    }

    private static async Task<Ok<ItemPageJson>> ListAsync(
        string batch, HttpContext http, BatchLookup lookup, ItemListing listing, CancellationToken cancellationToken)
    {
        var query = new RequestQuery(http);
        var wanted = ItemListing.Read(query, query.Limit(UsualPage, LargestPage));
        query.Check();
        var state = await lookup.StateAsync(http, batch, cancellationToken);
        return TypedResults.Ok(await listing.ReadAsync(state, wanted, cancellationToken));
    }

    private static async Task<Ok<ItemJson>> FindAsync(
        string batch, string row, HttpContext http, ItemLookup lookup, ItemReader items,
        CancellationToken cancellationToken)
    {
        var (state, index) = await lookup.FindAsync(http, batch, row, cancellationToken);
        return TypedResults.Ok(await items.ReadAsync(state, index, cancellationToken));
    }
}
