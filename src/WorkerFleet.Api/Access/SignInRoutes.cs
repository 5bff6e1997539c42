using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Signing in with a key, for browsers: the key is exchanged for a cookie, which scripts cannot read.
/// </summary>
internal static class SignInRoutes
{
    /// <summary>How a principal came in that has a cookie.</summary>
    public const string Cookie = CookieAuthenticationDefaults.AuthenticationScheme;

    public const string AntiforgeryHeader = "X-CSRF-Token";

    private const string KeyField = "key";
    private const string ReturnField = "return";
    private const int MaxBodyBytes = 4 * 1024;

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").ExcludeFromDescription();
        group.MapPost("/sign-in", SignInAsync).AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        group.MapPost("/sign-out", (Delegate)SignOutAsync).AllowAnonymous();
        group.MapGet("/session", Session).RequireAuthorization();
    }

    /// <summary>
    /// Takes a form, as a page sends it, and leads on to the page it names; or JSON, and answers with nothing.
    /// </summary>
    private static async Task<IResult> SignInAsync(
        HttpContext http, KeyRing keys, FailedAttempts failures, AuditLog audit, CancellationToken cancellationToken)
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(cancellationToken) : null;
        var presented = form is null ? await ReadJsonAsync(http.Request, cancellationToken) : form[KeyField].ToString();
        if (presented is null)
            return AccessProblems.BadSignIn();
        if (await keys.AuthenticateAsync(presented.Trim(), cancellationToken) is not { } key)
            return failures.Add(http.Connection.RemoteIpAddress) is { } wait
                ? AccessProblems.TooManyAttempts(http, wait)
                : AccessProblems.Unauthorized(http, presented: true);
        http.User = Callers.Of(key, Cookie);
        await http.SignInAsync(Cookie, http.User, new AuthenticationProperties { IsPersistent = true });
        audit.Write(http, "session.sign-in", key.Id, "done");
        return form is null
            ? TypedResults.NoContent()
            : TypedResults.LocalRedirect(PageOf(form[ReturnField].ToString()));
    }

    /// <returns>Null for what is no JSON with a key.</returns>
    private static async Task<string?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.HasJsonContentType()
                ? (await request.ReadFromJsonAsync<SignInJson>(cancellationToken))?.Key
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<IResult> SignOutAsync(HttpContext http)
    {
        await http.SignOutAsync(Cookie);
        return http.Request.HasFormContentType ? TypedResults.LocalRedirect("/") : TypedResults.NoContent();
    }

    private static SessionJson Session(HttpContext http, IAntiforgery antiforgery)
    {
        var caller = ApiCaller.Of(http.User);
        var token = http.User.Identity?.AuthenticationType == Cookie
            ? antiforgery.GetAndStoreTokens(http).RequestToken
            : null;
        http.Response.Headers.CacheControl = "no-store";
        return new SessionJson(
            caller.Name, caller.KeyId, caller.Owner,
            [.. http.User.FindAll(ApiCaller.ScopeClaim).Select(claim => claim.Value)], token);
    }

    /// <summary>A cookie is as good as its key: looked up again with each request.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var keys = (KeyRing)context.HttpContext.RequestServices.GetService(typeof(KeyRing))!;
        if (context.Principal?.FindFirst(ApiCaller.KeyClaim)?.Value is { } id
            && await keys.FindAsync(id, context.HttpContext.RequestAborted) is { } key)
            context.ReplacePrincipal(Callers.Of(key, Cookie));
        else
            context.RejectPrincipal();
    }

    /// <summary>Only pages of this host: what a link named may lead anywhere.</summary>
    private static string PageOf(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
        && !path.StartsWith("/\\", StringComparison.Ordinal) && !path.Any(char.IsControl)
            ? path
            : "/";

    private sealed record SignInJson(string? Key);

    /// <summary>Who is signed in.</summary>
    /// <param name="Name">Of the key.</param>
    /// <param name="KeyId">None on this machine without a key.</param>
    /// <param name="Owner">None where it is about the batches of all.</param>
    /// <param name="Scopes">What is allowed.</param>
    /// <param name="CsrfToken">For the antiforgery header; only for who has a cookie.</param>
    private sealed record SessionJson(
        string Name, string? KeyId, string? Owner, IReadOnlyList<string> Scopes, string? CsrfToken);
}
