using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace WorkerFleet.Api.Hosting;

/// <summary>What browsers are told with every answer.</summary>
internal static class SecurityHeaders
{
    /// <summary>Answers with data, which nothing between here and the caller is to keep.</summary>
    private static readonly PathString[] Data = ["/api", "/openapi", "/callbacks"];

    /// <summary>Pages have nothing inline, and nothing of other hosts.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        Set(http);
        return next(http);
    });

    public static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!Array.Exists(Data, path => http.Request.Path.StartsWithSegments(path)))
        {
            headers.ContentSecurityPolicy = PagePolicy;
            return;
        }

        // Nothing of it is to be shown as a page.
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
    }
}
