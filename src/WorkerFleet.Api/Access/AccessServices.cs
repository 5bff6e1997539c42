using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Api.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddFleetAccess(this IServiceCollection services)
    {
        services.AddAuthentication(LocalCallers.Scheme)
            .AddScheme<AuthenticationSchemeOptions, LocalCallers>(LocalCallers.Scheme, null);
        services.AddSingleton<AuditLog>();
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Scopes.All)
            authorization.AddPolicy(scope, policy => policy.RequireClaim(ApiCaller.ScopeClaim, scope));
        return services;
    }
}
