using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.AgentCore.LocalAgent;

/// <summary>
/// Serves an agent of the AgentCore container contract on this machine, for trying things out and for tests. It is
/// bound to 127.0.0.1 only. Beside /invocations and /ping, GET /stats tells what was asked of it.
/// </summary>
public sealed class LocalAgentHost : IAsyncDisposable
{
    /// <summary>The platform's limit of a payload.</summary>
    private const long MaxBodyBytes = 100_000_000;

    private readonly WebApplication _app;

    private readonly LocalAgentEndpoints _endpoints;

    private LocalAgentHost(WebApplication app, LocalAgentEndpoints endpoints, Uri address, LocalAgentStats stats)
    {
        _app = app;
        _endpoints = endpoints;
        Address = address;
        Stats = stats;
    }

    /// <summary>Base address, such as <c>http://127.0.0.1:8080/</c>, with the port that was really taken.</summary>
    public Uri Address { get; }

    public LocalAgentStats Stats { get; }

    /// <summary>Serves until the result is disposed.</summary>
    /// <exception cref="ArgumentException">The options are not good; the message says what is wrong.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static Task<LocalAgentHost> StartAsync(LocalAgentOptions options, CancellationToken cancellationToken) =>
        StartAsync(options, TimeProvider.System, cancellationToken);

    /// <inheritdoc cref="StartAsync(LocalAgentOptions, CancellationToken)"/>
    public static async Task<LocalAgentHost> StartAsync(
        LocalAgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        // No arguments, files or environment variables: only the options decide what is served, and where.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        // Whoever started the agent ends it; Ctrl-C is not for this host to answer.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        var app = builder.Build();
        var stats = new LocalAgentStats(time);
        var endpoints = new LocalAgentEndpoints(options, stats, time);
        app.MapPost("/invocations", (RequestDelegate)endpoints.InvokeAsync);
        app.MapGet("/ping", (RequestDelegate)endpoints.PingAsync);
        app.MapGet("/stats", (RequestDelegate)endpoints.StatsAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            endpoints.Dispose();
            throw;
        }
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new LocalAgentHost(app, endpoints, new Uri(bound.Addresses.Single()), stats);
    }

    /// <summary>Invocations under way are cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _endpoints.Dispose();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
