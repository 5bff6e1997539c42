using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Dashboard;
using WorkerFleet.Api.Live;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Hosting;

/// <summary>Composes the API: what a host has to call to serve it.</summary>
public static class ApiHost
{
    private const int MaxConnections = 2_000;

    /// <summary>Has the host listen, and registers what the routes need. Needs a store, <c>AddFleet</c> and agents.</summary>
    public static void AddFleetApi(this WebApplicationBuilder builder, ApiOptions options)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = JsonBody.MaxBytes;
            kestrel.Listen(options.Address, options.Port);
        });
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton<ApiAddress>();
        services.AddRouting();
        services.ConfigureHttpJsonOptions(json => PublicJson.Configure(json.SerializerOptions));
        services.AddFleetAccess();
        services.AddFleetLive();
        services.AddFleetRoutes(options);
        services.AddDashboard();
    }

    /// <summary>The pipeline and all routes.</summary>
    public static void UseFleetApi(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        app.UseAudit();
        app.UseFleetProblems();
        app.UseCrossSiteGuard();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseCookieGuard();
        app.UseAuthorization();
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Scopes.Read);
        app.MapSignIn();
        app.MapFleetRoutes();
        app.MapLiveHub();
        app.MapDashboard();
    }
}
