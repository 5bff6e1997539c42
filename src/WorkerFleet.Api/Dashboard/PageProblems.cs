using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Dashboard;

/// <summary>Shows people as a page what programs get as problem details.</summary>
internal static class PageProblems
{
    private const string Html = "text/html";

    private static readonly PathString[] Programs =
        ["/api", "/openapi", "/callbacks", "/hubs", "/assets", "/session"];

    /// <summary>Whether a person in a browser asks, rather than a program or our script.</summary>
    public static bool IsForPage(HttpRequest request) =>
        request.Headers[HeaderNames.Accept].ToString().Contains(Html, StringComparison.OrdinalIgnoreCase)
        && !Array.Exists(Programs, path => request.Path.StartsWithSegments(path));

    /// <summary>Where one signs in, to come back to the page that was asked for.</summary>
    public static string SignInFor(HttpRequest request) =>
        $"/sign-in?return={Uri.EscapeDataString($"{request.Path}{request.QueryString}")}";

    /// <summary>
    /// In a scope of its own: that of a page which failed has its renderer in a state that nobody knows.
    /// </summary>
    public static async Task WriteAsync(HttpContext http, ProblemJson problem)
    {
        var services = http.RequestServices;
        await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        try
        {
            http.RequestServices = scope.ServiceProvider;
            await new RazorComponentResult<ErrorDocument>(new { Problem = problem }) { StatusCode = problem.Status }
                .ExecuteAsync(http);
        }
        finally
        {
            http.RequestServices = services;
        }
    }
}
