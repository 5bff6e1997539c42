using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>Registers what decides how much a process works on at the same time, and what it says of itself.</summary>
public static class WorkerServices
{
    /// <summary>
    /// For a process that works on items. To be added before the bus, so that shares are kept until the items in flight
    /// have finished when the process stops.
    /// </summary>
    public static IServiceCollection AddFleetWorker(this IServiceCollection services, WorkerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<InvocationGovernor>();
        services.AddSingleton<HeldItems>();
        services.AddSingleton<ItemReturn>();
        services.AddHostedService<ShareKeeper>();
        if (options.Embedded)
            return services;
        services.TryAddSingleton<IResourceMeter, ProcessResources>();
        services.AddSingleton<PressureGauge>();
        services.AddHostedService(provider => provider.GetRequiredService<PressureGauge>());
        services.AddHostedService<RateExchange>();
        services.AddSingleton<WorkerLoad>();
        services.AddSingleton(new FleetRole(FleetRole.Worker));
        services.AddSingleton<IBusyBatches>(provider => provider.GetRequiredService<InFlightItems>());
        return services;
    }

    /// <summary>
    /// For a process that works on items, on a platform that can be asked to spare it: needs an
    /// <see cref="IScaleInProtection"/>. To be added before <see cref="AddFleetWorker"/> and the bus, so that it is protected
    /// until its last item has finished.
    /// </summary>
    public static IServiceCollection AddScaleInGuard(this IServiceCollection services, ScaleInOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ScaleInGuard>();
        services.AddHostedService(provider => provider.GetRequiredService<ScaleInGuard>());
        return services;
    }

    /// <summary>
    /// For every process of a fleet. To be added before the bus, so that it is in the register until its last item has
    /// finished. Shows every <see cref="FleetRole"/> and every <see cref="IBusyBatches"/> that is registered.
    /// </summary>
    public static IServiceCollection AddHeartbeat(this IServiceCollection services)
    {
        services.TryAddSingleton<IResourceMeter, ProcessResources>();
        services.AddHostedService<Heartbeat>();
        return services;
    }
}
