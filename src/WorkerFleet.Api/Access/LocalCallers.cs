using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerFleet.Api.Access;

/// <summary>Whoever reaches an API that only this machine can reach may do everything.</summary>
internal sealed class LocalCallers(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Local";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var claims = Scopes.All.Select(scope => new Claim(ApiCaller.ScopeClaim, scope)).Append(new(ClaimTypes.Name, "local"));
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme));
        return Task.FromResult(AuthenticateResult.Success(new(principal, Scheme)));
    }
}
