using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Live;

/// <summary>The live streams over plain HTTP.</summary>
internal static class LiveRoutes
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapLive(this IEndpointRouteBuilder api)
    {
        api.MapGet("/batches/{batch:guid}/live", WatchAsync).RequireAuthorization(Scopes.Read).WithTags("live");
        api.MapGet("/live", WatchList).RequireAuthorization(Scopes.Read).WithTags("live");
    }

    private static async Task<IResult> WatchAsync(
        Guid batch, HttpContext http, LiveFeed feed, IBatchStore batches, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(batch, cancellationToken) is not { } state
            || !ApiCaller.Of(http.User).Sees(state.Spec.Owner))
            return TypedResults.Problem(
                $"There is no batch {batch}, or it is not this key's owner's.",
                statusCode: StatusCodes.Status404NotFound,
                title: "There is no such batch", type: ProblemTypes.NotFound);
        var (after, wasFinal) = LiveEventId.Parse(http.Request.Headers[LastEventId]);
        // Browsers come back after the end of a stream, unless they are told that there is nothing more.
        if (wasFinal && BatchStatus.IsFinal(state.CurrentState)
            && state.FinishedAt?.ToUnixTimeMilliseconds() <= after)
            return TypedResults.NoContent();
        return feed.HasRoom
            ? new EventStream<BatchLiveJson>(feed.WatchAsync(batch, after, http.RequestAborted), "batch")
            : Full();
    }

    private static IResult WatchList(HttpContext http, LiveFeed feed) => feed.HasRoom
        ? new EventStream<BatchListLiveJson>(
            feed.WatchListAsync(
                ApiCaller.Of(http.User).Owner, LiveEventId.Parse(http.Request.Headers[LastEventId]).Sequence,
                http.RequestAborted),
            "batches")
        : Full();

    private static IResult Full() => TypedResults.Problem(
        $"{LiveFeed.MaxWatchers} watch already, which is all that one process serves. Try again later, or ask another.",
        statusCode: StatusCodes.Status503ServiceUnavailable, title: "Too many watch", type: ProblemTypes.Unavailable);
}
