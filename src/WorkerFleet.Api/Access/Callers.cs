using System.Security.Claims;
using WorkerFleet.Access;

namespace WorkerFleet.Api.Access;

/// <summary>Callers as ASP.NET Core knows them.</summary>
internal static class Callers
{
    public const string LocalName = "local";

    /// <summary>Whoever reaches an API that only this machine can reach may do everything.</summary>
    public static ClaimsPrincipal Local() => Of(
        LocalName, Scopes.All.Select(scope => new Claim(ApiCaller.ScopeClaim, scope)), "local");

    /// <summary>The holder of a key.</summary>
    /// <param name="key">The key as it is now.</param>
    /// <param name="how">Name of the way in which it was presented.</param>
    public static ClaimsPrincipal Of(ApiKey key, string how)
    {
        var claims = key.Scopes.Select(scope => new Claim(ApiCaller.ScopeClaim, scope))
            .Append(new(ApiCaller.KeyClaim, key.Id));
        if (key.Owner is { } owner)
            claims = claims.Append(new(ApiCaller.OwnerClaim, owner));
        return Of(key.Name.Length > 0 ? key.Name : key.Id, claims, how);
    }

    private static ClaimsPrincipal Of(string name, IEnumerable<Claim> claims, string how) =>
        new(new ClaimsIdentity(claims.Prepend(new(ClaimTypes.Name, name)), how));
}
