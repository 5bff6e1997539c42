using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Workers;

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
        HttpContext http, IWorkerRegistry registry, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var workers = await registry.ListAsync(now - WorkerStanding.ShownFor, cancellationToken);
        // Whose batches the others are is not this caller's to know.
        var seesAll = ApiCaller.Of(http.User).Owner is null;
        return TypedResults.Ok(new WorkersJson(
            [.. workers.Select(worker => WorkerJson.Of(worker, WorkerStanding.Of(worker, now), now))
                .Select(worker => seesAll ? worker : worker with { Batches = [] })]));
    }
}
