using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Problems;
using WorkerFleet.Mapping;

namespace WorkerFleet.Api.Hosting;

/// <summary>
/// Refuses a query with keys that the route does not know: a filter that is misspelt must not mean all.
/// </summary>
internal sealed class QueryFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var known = (http.GetEndpoint()?.Metadata.GetMetadata<RouteQuery>() ?? RouteQuery.None).Parameters
            .Select(parameter => parameter.Name).ToList();
        var unknown = http.Request.Query.Keys.Except(known).ToList();
        return unknown.Count == 0
            ? next(context)
            : throw ProblemException.BadRequest([.. unknown.Select(key =>
                $"{key}: the query has no such key; {Hint(key, known)}")]);
    }

    private static string Hint(string key, List<string> known) => known.Count == 0
        ? "it has none"
        : (Nearest.To(key, known) is { } nearest ? $"did you mean '{nearest}'? There are " : "there are ")
            + string.Join(", ", known);
}
