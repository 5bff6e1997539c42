using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using WorkerFleet.Results;
using WorkerFleet.Workers;

namespace WorkerFleet.Telemetry;

/// <summary>Registers what exports telemetry.</summary>
public static class TelemetryServices
{
    /// <summary>
    /// Adds <see cref="TelemetryExport"/>, where anything is to be exported. Otherwise nothing is added, and none
    /// of the packages is loaded: they take a noticeable part of the time that a small batch takes. It exports from
    /// when it is asked for until it is disposed.
    /// </summary>
    /// <returns>Whether it was added.</returns>
    public static bool AddTelemetryExport(
        this IServiceCollection services, TelemetryOptions options, ExportingProcess process)
    {
        if (options.Otlp is null && !Scrapes(options, process) && !WritesMetrics(options, process))
            return false;
        services.TryAddSingleton<WorkerIdentity>();
        services.AddSingleton(provider => TelemetryExport.Start(
            options, process, provider.GetRequiredService<WorkerIdentity>(), provider.GetService<BatchEnds>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        return true;
    }

    internal static bool Scrapes(TelemetryOptions options, ExportingProcess process) =>
        options.ServeMetrics && process.ServesMetrics;

    internal static bool WritesMetrics(TelemetryOptions options, ExportingProcess process) =>
        options.CloudWatch is not null && process.Log is not null;
}
