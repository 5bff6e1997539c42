using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Dashboard;

/// <summary>Serves <see cref="DashboardAssets"/>. There is nothing secret in them.</summary>
internal static class AssetRoutes
{
    private const string ForGood = "public, max-age=31536000, immutable";

    public static void MapAssets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/assets/{version}/{name}", Send).AllowAnonymous().ExcludeFromDescription();

    private static IResult Send(string version, string name, HttpContext http)
    {
        var assets = DashboardAssets.Instance;
        if (assets.Find(name) is not { } content)
            throw ProblemException.NotFound($"There is no file '{name}' of the dashboard");
        // A page of another version asks, as during an update: what it gets is not what it will want later.
        http.Response.Headers.CacheControl = version == assets.Version ? ForGood : "no-cache";
        return TypedResults.Bytes(
            content, TypeOf(name), entityTag: new EntityTagHeaderValue($"\"{assets.Version}\""));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
}
