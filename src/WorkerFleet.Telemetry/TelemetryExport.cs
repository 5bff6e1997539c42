using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkerFleet.Results;
using WorkerFleet.Telemetry.CloudWatch;
using WorkerFleet.Telemetry.Metrics;
using WorkerFleet.Telemetry.Otlp;
using WorkerFleet.Workers;

namespace WorkerFleet.Telemetry;

/// <summary>
/// Exports this process's traces, metrics and logs, in threads of its own and within bounded queues: a collector
/// that is slow or gone costs telemetry and nothing else. Disposing sends what is left, within
/// <see cref="TelemetryOptions.FlushWithin"/>.
/// </summary>
public sealed class TelemetryExport : IAsyncDisposable, IDisposable
{
    private readonly OpenTelemetrySdk _sdk;
    private readonly ExportFaults? _faults;
    private readonly CloudWatchLog? _cloudWatch;
    private readonly TimeSpan _flushWithin;
    private readonly TimeProvider _time;
    private bool _disposed;

    private TelemetryExport(
        OpenTelemetrySdk sdk, ExportFaults? faults, CloudWatchLog? cloudWatch, TimeSpan flushWithin, TimeProvider time) =>
        (_sdk, _faults, _cloudWatch, _flushWithin, _time) = (sdk, faults, cloudWatch, flushWithin, time);

    /// <summary>Whether <see cref="MapMetrics"/> can be called.</summary>
    public bool ServesMetrics { get; private init; }

    internal static TelemetryExport Start(
        TelemetryOptions options, ExportingProcess process, WorkerIdentity identity, BatchEnds? ends, TimeProvider time,
        ILoggerFactory loggers)
    {
        var otlp = options.Otlp;
        var scrapes = TelemetryServices.Scrapes(options, process);
        var cloudWatch = TelemetryServices.WritesMetrics(options, process)
            ? new CloudWatchLog(options.CloudWatch!, process, identity, time)
            : null;
        var faults = otlp is null ? null : new ExportFaults(loggers.CreateLogger<TelemetryExport>(), otlp.Display);
        var sdk = OpenTelemetrySdk.Create(builder =>
        {
            builder.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddInMemoryCollection(otlp?.Variables ?? new Dictionary<string, string?>()).Build());
            builder.ConfigureResource(resource => ExportedResource.Describe(resource, process, identity));
            if (otlp is { Traces: true })
                builder.WithTracing(tracing => AddTraces(tracing, options, otlp));
            if (otlp is { Metrics: true } || scrapes || cloudWatch is not null)
                builder.WithMetrics(metrics => AddMetrics(metrics, options, scrapes, cloudWatch));
            if (otlp is { Logs: true })
                builder.WithLogging(logging => logging.AddOtlpExporter(), logs => logs.IncludeFormattedMessage = true);
        });
        if (otlp is { Logs: true })
            loggers.AddProvider(new ExportedLogs(sdk.GetLoggerFactory(), process.LogLevel));
        cloudWatch?.Follow(ends);
        return new TelemetryExport(sdk, faults, cloudWatch, options.FlushWithin, time) { ServesMetrics = scrapes };
    }

    /// <summary>Answers <c>/metrics</c> in Prometheus' text format.</summary>
    public void MapMetrics(IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint(
        "/metrics", _sdk.MeterProvider, configureBranchedPipeline: null, optionsName: null);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _cloudWatch?.Dispose();
        var limit = (int)_flushWithin.TotalMilliseconds;
        // Each waits for the network without giving up its thread.
        var ends = Task.WhenAll(
            Task.Run(() => _sdk.TracerProvider.Shutdown(limit)),
            Task.Run(() => _sdk.MeterProvider.Shutdown(limit)),
            Task.Run(() => _sdk.LoggerProvider.Shutdown(limit)));
        // One that does not keep to it is left to the end of the process: its threads are in the background.
        if (await Task.WhenAny(ends, Task.Delay(_flushWithin, _time)) == ends)
            _sdk.Dispose();
        _faults?.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static void AddTraces(TracerProviderBuilder tracing, TelemetryOptions options, OtlpOptions otlp)
    {
        tracing.AddSource($"{FleetMeters.Prefix}*").AddOtlpExporter();
        if (options.MassTransit)
            tracing.AddSource(FleetMeters.MassTransit);
        if (!otlp.Variables.ContainsKey("OTEL_TRACES_SAMPLER"))
            tracing.SetSampler(new RowSampler(otlp.FirstRows, otlp.RowRatio));
    }

    private static void AddMetrics(
        MeterProviderBuilder metrics, TelemetryOptions options, bool scrapes, CloudWatchLog? cloudWatch)
    {
        metrics.AddMeter($"{FleetMeters.Prefix}*").AddMeter(FleetMeters.OfTheRuntime).AddView(FleetBuckets.For);
        if (options.MassTransit)
            metrics.AddMeter(FleetMeters.MassTransit);
        if (options.Otlp is { Metrics: true })
            metrics.AddOtlpExporter();
        if (scrapes)
            metrics.AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false);
        if (cloudWatch is not null)
            metrics.AddReader(cloudWatch.Reader);
    }
}
