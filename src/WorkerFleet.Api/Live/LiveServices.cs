using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Live;

/// <summary>Registers the live streams.</summary>
internal static class LiveServices
{
    /// <summary>Commands of clients are a line: an id and a number.</summary>
    private const int MaxMessageBytes = 4 * 1024;

    public static IServiceCollection AddFleetLive(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => LivePace.Of(provider.GetRequiredService<StorePace>()));
        services.AddSingleton(provider => new LiveFeed(
            provider.GetRequiredService<BatchQueries>(), provider.GetRequiredService<IBatchStore>(),
            provider.GetRequiredService<IWorkerRegistry>(), provider.GetRequiredService<IDeadLetters>(),
            provider.GetRequiredService<LivePace>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<ILogger<LiveFeed>>()));
        services.AddSignalR()
            .AddHubOptions<LiveHub>(options => options.MaximumReceiveMessageSize = MaxMessageBytes)
            .AddJsonProtocol(json => PublicJson.Configure(json.PayloadSerializerOptions));
        return services;
    }

    public static void MapLiveHub(this IEndpointRouteBuilder routes) =>
        routes.MapHub<LiveHub>(LiveHub.Path).RequireAuthorization(Scopes.Read);
}
