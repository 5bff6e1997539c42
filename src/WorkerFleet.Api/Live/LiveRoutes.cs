using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Live;

/// <summary>The live streams over plain HTTP.</summary>
internal static class LiveRoutes
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapLive(this IEndpointRouteBuilder api)
    {
        var live = api.MapGroup("").WithTags("live");
        live.MapGet("/batches/{batch}/live", WatchAsync).Describe(
            Scopes.Read, "WatchBatch", "Follow a batch: an event stream with its counts, rate and failures as they change.", 404);
        live.MapGet("/live", WatchList).Describe(
            Scopes.Read, "WatchBatches", "Follow the newest batches: an event stream with the counts of each as they change.");
    }

    private static async Task<IResult> WatchAsync(
        string batch, HttpContext http, LiveFeed feed, BatchLookup lookup, CancellationToken cancellationToken)
    {
        var state = await lookup.StateAsync(http, batch, cancellationToken);
        var (after, wasFinal) = LiveEventId.Parse(http.Request.Headers[LastEventId]);
        // Browsers come back after the end of a stream, unless they are told that there is nothing more.
        if (wasFinal && BatchStatus.IsFinal(state.CurrentState)
            && state.FinishedAt?.ToUnixTimeMilliseconds() <= after)
            return TypedResults.NoContent();
        return feed.HasRoom
            ? new EventStream<BatchLiveJson>(feed.WatchAsync(state.CorrelationId, after, http.RequestAborted), "batch")
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
