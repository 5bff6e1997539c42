using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Workers;

/// <summary>Registers what decides how much of the items a process works on.</summary>
public static class WorkerServices
{
    /// <summary>Is to be added before the bus, so that it outlives the items in flight when the process stops.</summary>
    public static IServiceCollection AddFleetWorker(this IServiceCollection services, WorkerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<InvocationGovernor>();
        services.AddHostedService<ShareKeeper>();
        return services;
    }
}
