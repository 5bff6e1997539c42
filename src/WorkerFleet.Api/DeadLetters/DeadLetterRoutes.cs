using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>The routes of rows that failed for good, across batches.</summary>
internal static class DeadLetterRoutes
{
    private const int UsualPage = 50;
    private const int LargestPage = 200;

    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        var letters = api.MapGroup("/dead-letters").WithTags("dead letters");
        letters.MapGet("", ListAsync)
            .Describe(Scopes.Read, "ListDeadLetters", "List rows that failed for good, of one batch or of all.", 404)
            .Query(
                new("batch", "Only those of this batch. Default: of all, the newest batch first."),
                new("group", "Only those with this cause."),
                new("state", "open, replayed, archived or any. Default: open."),
                new("replayed", "true: the same as state=any."),
                RouteParameter.Limit(UsualPage, LargestPage), RouteParameter.Cursor);
        letters.MapGet("/groups", GroupsAsync)
            .Describe(Scopes.Read, "ListDeadLetterGroups", "List the causes of open failures, the most frequent "
                + "first.", 404)
            .Query(
                new("batch", "Only those of this batch. Default: of "
                    + "all."), RouteParameter.Limit(UsualPage, LargestPage));
        letters.MapGet("/{batch}/{row}", FindAsync)
            .Describe(Scopes.Read, "GetDeadLetter", "Show the failures of one row, the newest round first.", 404);
        letters.MapPost("/replay", ReplayAsync)
            .Describe(Scopes.Operate, "ReplayDeadLetters", "Run rows again: of one batch, or of one cause across "
                + "batches, or all.",
                404, 409, 413, 415)
            .Takes<LetterChoiceJson>();
        letters.MapArchive();
    }

    private static async Task<Ok<DeadLetterPageJson>> ListAsync(
        HttpContext http, BatchLookup lookup, LetterSearch search, CancellationToken cancellationToken)
    {
        var query = new RequestQuery(http);
        var filter = LetterFilter.Read(query);
        var limit = query.Limit(UsualPage, LargestPage);
        var cursor = query.Cursor(LetterSearch.CursorKind);
        query.Check();
        if (filter.Batch is { } batch)
            await lookup.StateAsync(http, batch, cancellationToken);
        return TypedResults.Ok(await search.ReadAsync(
            ApiCaller.Of(http.User), filter.ToQuery(limit), cursor, cancellationToken));
    }

    private static async Task<Ok<DeadLetterGroupsJson>> GroupsAsync(
        HttpContext http, BatchLookup lookup, LetterSearch search, CancellationToken cancellationToken)
    {
        var query = new RequestQuery(http);
        var (batch, limit) = (query.Batch("batch"), query.Limit(UsualPage, LargestPage));
        query.Check();
        if (batch is { } id)
            await lookup.StateAsync(http, id, cancellationToken);
        return TypedResults.Ok(await search.GroupsAsync(ApiCaller.Of(http.User), batch, limit, cancellationToken));
    }

    private static async Task<Ok<DeadLetterRowJson>> FindAsync(
        string batch, string row, HttpContext http, BatchLookup lookup, LetterSearch search,
        CancellationToken cancellationToken)
    {
        var state = await lookup.StateAsync(http, batch, cancellationToken);
        if (!long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw ProblemException.BadRequest($"'{row}' is no number of a row; they count from 0, as in the results");
        var found = await search.OfRowAsync(state.CorrelationId, index, cancellationToken);
        return found.Count > 0
            ? TypedResults.Ok(new DeadLetterRowJson(found))
            : throw ProblemException.NotFound($"Row {row} has not failed for good; GET /api/v1/dead-letters "
                + "lists those that have");
    }

    private static async Task<Accepted<ReplayedJson>> ReplayAsync(
        HttpContext http, BatchLookup lookup, LetterReplay replay, CancellationToken cancellationToken)
    {
        var body = await LetterChoices.ReadAsync(http, cancellationToken);
        return TypedResults.Accepted("/api/v1/dead-letters", body.Batch is { } id
            ? await replay.OneAsync(
                await lookup.StateAsync(http, id, cancellationToken), body.Rows, body.Group, cancellationToken)
            : await replay.ManyAsync(ApiCaller.Of(http.User), body.Group, cancellationToken));
    }
}
