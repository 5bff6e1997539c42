using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Workers;

/// <summary>The processes of the fleet.</summary>
public sealed record WorkersJson(IReadOnlyList<WorkerJson> Workers);

/// <summary>The route of the fleet's processes.</summary>
internal static class WorkerRoutes
{
    public static void MapWorkers(this IEndpointRouteBuilder api) =>
        api.MapGet("/workers", ListAsync).WithTags("workers")
            .Describe(Scopes.Read, "ListWorkers", "List the processes of the fleet, and how busy each is.");

    private static async Task<Ok<WorkersJson>> ListAsync(
        HttpContext http, WorkerListing listing, CancellationToken cancellationToken) =>
        TypedResults.Ok(new WorkersJson(await listing.ReadAsync(ApiCaller.Of(http.User), cancellationToken)));
}
