using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Contracts;
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
            kestrel.Listen(options.Address, options.Port);
        });
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton<ApiAddress>();
        services.AddRouting();
        services.ConfigureHttpJsonOptions(json => PublicJson.Configure(json.SerializerOptions));
        services.AddFleetProblems();
        services.AddFleetAccess();
        services.AddFleetLive();
        services.AddOpenApi();
    }

    /// <summary>The pipeline and all routes.</summary>
    public static void UseFleetApi(this WebApplication app)
    {
        app.UseFleetProblems();
        app.UseFleetAccess();
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Scopes.Read);
        app.MapSignIn();
        var api = app.MapGroup("/api/v1");
        api.MapBatches();
        api.MapLive();
        app.MapLiveHub();
    }
}
