using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Writes a line of the audit log for each request that would change something, with what came of it: so that no route can
/// forget to, and what was refused is there as well.
/// </summary>
internal static class AuditedRequests
{
    private const string Root = "/api";

    private static readonly object TargetKey = new();

    /// <summary>Names what a request is about whose address does not.</summary>
    public static void NameTarget(HttpContext http, string target) => http.Items[TargetKey] = target;

    /// <summary>To be put around all that answers requests.</summary>
    public static void UseAudit(this WebApplication app)
    {
        var audit = app.Services.GetRequiredService<AuditLog>();
        app.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            finally
            {
                if (Changes(http) && http.GetEndpoint() is RouteEndpoint endpoint)
                    audit.Write(http, ActionOf(endpoint), TargetOf(http), OutcomeOf(http));
            }
        });
    }

    private static bool Changes(HttpContext http) =>
        http.Request.Path.StartsWithSegments(Root) && !HttpMethods.IsGet(http.Request.Method)
        && !HttpMethods.IsHead(http.Request.Method) && !HttpMethods.IsOptions(http.Request.Method);

    private static string ActionOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? endpoint.RoutePattern.RawText ?? "";

    /// <summary>What the address names, and what was made.</summary>
    private static string TargetOf(HttpContext http)
    {
        if (http.Items.TryGetValue(TargetKey, out var given))
            return (string)given!;
        var named = http.Request.RouteValues.Values.OfType<string>();
        var made = http.Response.StatusCode == StatusCodes.Status201Created
            ? http.Response.Headers.Location.ToString().Split('/')[^1]
            : "";
        var target = string.Join(' ', named.Append(made).Where(text => text.Length > 0));
        return target.Length > 0 ? target : "-";
    }

    private static string OutcomeOf(HttpContext http) => http.RequestAborted.IsCancellationRequested
        ? "aborted"
        : http.Response.StatusCode < StatusCodes.Status400BadRequest ? "done" : $"refused ({http.Response.StatusCode})";
}
