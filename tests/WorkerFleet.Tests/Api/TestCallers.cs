using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkerFleet.Api.Access;

namespace WorkerFleet.Tests.Api;

/// <summary>Believes what headers say of the caller; without them, it may do everything.</summary>
internal sealed class TestCallers(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Test";
    public const string OwnerHeader = "X-Test-Owner";
    public const string ScopesHeader = "X-Test-Scopes";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var scopes = Request.Headers.TryGetValue(ScopesHeader, out var written)
            ? written.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries)
            : [.. Scopes.All];
        var claims = scopes.Select(scope =>
            new Claim(ApiCaller.ScopeClaim, scope)).Append(new(ClaimTypes.Name, "tester"));
        if (Request.Headers.TryGetValue(OwnerHeader, out var owner))
            claims = claims.Append(new(ApiCaller.OwnerClaim, owner.ToString()));
        return Task.FromResult(AuthenticateResult.Success(
            new(new ClaimsPrincipal(new ClaimsIdentity(claims, Name)), Name)));
    }
}
