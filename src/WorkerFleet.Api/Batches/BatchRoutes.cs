using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Hosting;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.Batches;

/// <summary>The routes to look at batches.</summary>
internal static class BatchRoutes
{
    private const int UsualPage = 50;
    private const int LargestPage = 200;

    /// <summary>Causes of failures that are shown with a batch.</summary>
    private const int MostGroups = 10;

    public static void MapBatches(this IEndpointRouteBuilder api)
    {
        var batches = api.MapGroup("/batches").WithTags("batches");
        batches.MapGet("", ListAsync)
            .Describe(Scopes.Read, "ListBatches", "List batches, the newest first.")
            .Query(
                new("status", "Only those in this state, such as processing or completed_with_failures."),
                new("owner", "Only those of this owner."),
                new("unfinished", "true: only those that are not over."),
                new("name", "Only those whose name has this in it, in either case."),
                RouteParameter.Limit(UsualPage, LargestPage), RouteParameter.Cursor);
        batches.MapGet("/{batch}", FindAsync)
            .Describe(Scopes.Read, "GetBatch", "Show how a batch stands, its options and the causes of its "
                + "failures.", 404)
            .Produces<StatusJson>().Produces(StatusCodes.Status304NotModified);
        batches.MapGet("/{batch}/counts", CountAsync)
            .Describe(Scopes.Read, "GetCounts", "Count the rows of a batch by state.", 404);
        batches.MapControl();
    }

    private static async Task<Ok<BatchPageJson>> ListAsync(
        HttpContext http, BatchListing listing, CancellationToken cancellationToken)
    {
        var query = new RequestQuery(http);
        var filter = BatchFilter.Read(query);
        var limit = query.Limit(UsualPage, LargestPage);
        var before = BatchListing.ReadCursor(query);
        query.Check();
        return TypedResults.Ok(
            await listing.ReadAsync(ApiCaller.Of(http.User), filter, before, limit, cancellationToken));
    }

    private static async Task<IResult> FindAsync(
        string batch, HttpContext http, BatchLookup lookup, IDeadLetters letters, CancellationToken cancellationToken)
    {
        var progress = await lookup.ProgressAsync(http, batch, cancellationToken);
        var groups = await letters.ReadGroupsAsync(progress.Batch.CorrelationId, MostGroups, cancellationToken);
        return new TaggedJson<StatusJson>(new(BatchJson.Of(progress), progress.Batch.Spec, groups));
    }

    private static async Task<Ok<CountsJson>> CountAsync(
        string batch, HttpContext http, BatchLookup lookup, CancellationToken cancellationToken)
    {
        var progress = await lookup.ProgressAsync(http, batch, cancellationToken);
        return TypedResults.Ok(new CountsJson(
            progress.Batch.CorrelationId, progress.Batch.CurrentState, progress.Batch.TotalRows, progress.Counts,
            progress.Waiting, progress.Driven));
    }
}
