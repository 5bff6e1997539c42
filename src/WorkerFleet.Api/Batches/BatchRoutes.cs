using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Batches;

/// <summary>The routes of batches.</summary>
internal static class BatchRoutes
{
    public static void MapBatches(this IEndpointRouteBuilder api)
    {
        var batches = api.MapGroup("/batches").WithTags("batches");
        batches.MapGet("/{batch:guid}", FindAsync).RequireAuthorization(Scopes.Read);
    }

    private static async Task<IResult> FindAsync(
        Guid batch, HttpContext http, BatchQueries queries, CancellationToken cancellationToken) =>
        await queries.FindAsync(batch, cancellationToken) is { } progress
            && ApiCaller.Of(http.User).Sees(progress.Batch.Spec.Owner)
            ? TypedResults.Ok(BatchJson.Of(progress))
            : TypedResults.NotFound();
}
