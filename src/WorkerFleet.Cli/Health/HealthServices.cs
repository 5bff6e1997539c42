using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace WorkerFleet.Cli.Health;

/// <summary>Registers the health endpoints of a process of the fleet.</summary>
internal static class HealthServices
{
    /// <summary>
    /// Answers <c>/health/live</c>, <c>/health/ready</c> and <c>/health/startup</c>, where <c>Fleet:Health:Port</c> is set.
    /// To be registered before all other hosted services: it then starts before them, while they may have to wait for the
    /// broker, and ends after them, when they have drained. Needs a store.
    /// </summary>
    /// <exception cref="UserErrorException">The configuration is wrong.</exception>
    public static IServiceCollection AddFleetHealth(this IServiceCollection services, IConfiguration configuration)
    {
        var options = HealthOptions.Read(configuration);
        if (options.Port is null)
            return services;
        services.AddSingleton(options);
        services.AddSingleton<HealthServer>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HealthServer>());
        services.AddHealthChecks()
            .AddCheck<LoopsCheck>("loops", tags: [HealthTags.Live])
            .AddCheck<StartupCheck>("startup", tags: [HealthTags.Startup, HealthTags.Ready])
            .AddCheck<DrainingCheck>("draining", tags: [HealthTags.Ready])
            .AddCheck<StoreCheck>("store", tags: [HealthTags.Ready]);
        // Whoever asks is told what is not well; it would be an error in the log for each time that somebody asks.
        // For the provider by its name, since a filter of its own lets all through.
        services.AddLogging(logging => logging.AddFilter<SerilogLoggerProvider>(
            "Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        return services;
    }
}
