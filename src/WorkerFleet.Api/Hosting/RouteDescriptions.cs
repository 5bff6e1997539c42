using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Hosting;

/// <summary>How routes say who may use them, and what they take and answer; the OpenAPI document tells it on.</summary>
internal static class RouteDescriptions
{
    /// <summary>What any route can answer.</summary>
    private static readonly int[] Common = [400, 401, 403, 429, 500, 503];

    /// <param name="route">The route.</param>
    /// <param name="scope">One of <see cref="Access.Scopes"/>.</param>
    /// <param name="name">Of the operation, in the OpenAPI document.</param>
    /// <param name="summary">One sentence.</param>
    /// <param name="problems">Further statuses of problems that it can answer.</param>
    public static RouteHandlerBuilder Describe(
        this RouteHandlerBuilder route, string scope, string name, string summary, params int[] problems)
    {
        route.RequireAuthorization(scope).WithName(name).WithSummary(summary);
        foreach (var status in Common.Concat(problems))
            route.Produces<ProblemJson>(status, ProblemJson.ContentType);
        return route;
    }

    /// <summary>Names the keys that its query may have; another one is refused.</summary>
    public static RouteHandlerBuilder Query(this RouteHandlerBuilder route, params RouteParameter[] parameters) =>
        route.WithMetadata(new RouteQuery(parameters));

    /// <summary>Says that it takes JSON of that kind.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route)
        where T : notnull => route.Accepts<T>(isOptional: true, "application/json");
}
