using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Dashboard;
using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Says who a request is from: the holder of the key that it carries as a bearer token, or of the key that its cookie
/// was given for; else, where only this machine can reach the API, whoever uses this machine.
/// </summary>
internal sealed partial class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiOptions api,
    KeyRing keys, FailedAttempts failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Key";

    /// <summary>How a principal came in that presented its key with the request itself.</summary>
    public const string Bearer = "bearer";

    private const string BearerPrefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.TryGetValue(HeaderNames.Authorization, out var values))
            return await OfTokenAsync(values.ToString());
        var cookie = await Context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (cookie.Succeeded)
            return cookie;
        // A proxy on this machine brings what comes from anywhere.
        return api.IsLoopback && !TrustedProxies.IsForwarded(Context)
            ? AuthenticateResult.Success(new(Callers.Local(), Scheme))
            : AuthenticateResult.NoResult();
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var presented = Request.Headers.ContainsKey(HeaderNames.Authorization);
        if (presented && failures.Add(Context.Connection.RemoteIpAddress) is { } wait)
        {
            await AccessProblems.TooManyAttempts(Context, wait).ExecuteAsync(Context);
            return;
        }

        if (!presented && PageProblems.IsForPage(Request))
        {
            Response.Redirect(PageProblems.SignInFor(Request));
            return;
        }

        if (presented)
            RefusedKey(Logger, Context.Connection.RemoteIpAddress?.ToString() ?? "");
        await AccessProblems.Unauthorized(Context, presented).ExecuteAsync(Context);
    }

    private async Task<AuthenticateResult> OfTokenAsync(string header) =>
        header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
        && await keys.AuthenticateAsync(header[BearerPrefix.Length..].Trim(), Context.RequestAborted) is { } key
            ? AuthenticateResult.Success(new(Callers.Of(key, Bearer), Scheme))
            : AuthenticateResult.Fail("The key is not valid.");

    [LoggerMessage(9010, LogLevel.Warning, "A key that is not valid was refused; it came from {RemoteAddress}")]
    private static partial void RefusedKey(ILogger logger, string remoteAddress);
}
