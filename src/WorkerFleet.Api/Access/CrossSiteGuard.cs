using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Keeps pages of other sites from using what a browser has: an address that only this machine reaches, and a cookie.
/// What carries its key in a header is let through, since no page can make a browser do that.
/// </summary>
internal static class CrossSiteGuard
{
    private const string FetchSite = "Sec-Fetch-Site";

    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Before anything is told or done: the names and the origins.</summary>
    public static void UseCrossSiteGuard(this WebApplication app)
    {
        var isLoopback = app.Services.GetRequiredService<ApiOptions>().IsLoopback;
        app.Use(async (http, next) =>
        {
            // What comes through a trusted proxy needs a key, so that its name may be any.
            if (isLoopback && !TrustedProxies.IsForwardedByTrusted(http)
                && !LoopbackNames.Contains(http.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
                await AccessProblems.ForeignHost(http.Request.Host.Value ?? "").ExecuteAsync(http);
            else if (MayChange(http) && !http.Request.Headers.ContainsKey(HeaderNames.Authorization)
                && IsForeign(http.Request))
                await AccessProblems.CrossSite().ExecuteAsync(http);
            else
                await next(http);
        });
    }

    /// <summary>
    /// After it is known who it is from: what only a cookie authorizes needs a token that other sites cannot read.
    /// </summary>
    public static void UseCookieGuard(this WebApplication app)
    {
        var antiforgery = app.Services.GetRequiredService<IAntiforgery>();
        app.Use(async (http, next) =>
        {
            if (http.User.Identity?.AuthenticationType == SignInRoutes.Cookie && MayChange(http) && !IsConnection(http)
                && !IsSignIn(http) && !await antiforgery.IsRequestValidAsync(http))
                await AccessProblems.Antiforgery().ExecuteAsync(http);
            else
                await next(http);
        });
    }

    /// <summary>
    /// A WebSocket changes nothing by itself, but browsers open one to any site and let its page read the answers.
    /// </summary>
    private static bool MayChange(HttpContext http) =>
        !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            || HttpMethods.IsOptions(http.Request.Method))
        || http.Request.Headers.Upgrade.Count > 0;

    /// <summary>
    /// Hubs and the dashboard's circuit: their origin has been looked at, and their clients add no header.
    /// </summary>
    private static bool IsConnection(HttpContext http) =>
        HttpMethods.IsConnect(http.Request.Method) || http.Request.Headers.Upgrade.Count > 0
        || http.Request.Path.StartsWithSegments("/_blazor")
        || http.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;

    /// <summary>Whoever signs in may still have the cookie of another key.</summary>
    private static bool IsSignIn(HttpContext http) => http.Request.Path.StartsWithSegments("/sign-in");

    /// <summary>
    /// Browsers say where a request comes from, programs do not. 'same-site' is foreign, too: another port of this
    /// machine is the same site, and another program's.
    /// </summary>
    private static bool IsForeign(HttpRequest request)
    {
        if (request.Headers[FetchSite].ToString() is { Length: > 0 } site)
            return site is not ("same-origin" or "none");
        if (request.Headers.Origin.ToString() is not { Length: > 0 } origin)
            return false;
        return !Uri.TryCreate(origin, UriKind.Absolute, out var from)
            || !string.Equals(from.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
            || from.Port != (request.Host.Port ?? from.Port);
    }
}
