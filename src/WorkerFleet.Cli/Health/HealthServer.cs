using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Cli.Health;

/// <summary>
/// Answers probes over HTTP, and scrapes of the metrics, from before the process starts anything else until it has stopped
/// everything else.
/// </summary>
internal sealed class HealthServer(HealthOptions options, HealthCheckService checks, TelemetryExport? telemetry = null)
    : IHostedLifecycleService, IAsyncDisposable
{
    private const int MaxConnections = 100;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private WebApplication? _app;

    /// <summary>Base address, with the port that was really taken; null while it does not listen.</summary>
    public Uri? Address { get; private set; }

    /// <exception cref="UserErrorException">The port cannot be used.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // No arguments, files or environment variables: only the options decide what is served, and where.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(options.Address, options.Port!.Value);
        });
        var app = _app = builder.Build();
        foreach (var tag in HealthTags.All)
            app.MapGet($"/health/{tag}", (RequestDelegate)(context => AnswerAsync(context, tag)));
        if (telemetry is { ServesMetrics: true })
            telemetry.MapMetrics(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new UserErrorException(
                $"{HealthOptions.PortKey}: {options.Address}:{options.Port} cannot be used " +
                $"({SafeText.Line((exception.InnerException ?? exception).Message)}); choose another port",
                ExitCodes.Failed);
        }

        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.Single());
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_app is not { } app)
            return;
        _app = null;
        Address = null;
        using var limit = new CancellationTokenSource(StopLimit);
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, string tag)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), context.RequestAborted);
        context.Response.StatusCode = report.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(HealthAnswer.Of(report), CliJson.LineOptions), context.RequestAborted);
    }

    /// <summary>Whoever started the process ends it; Ctrl-C is not for this host to answer.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
