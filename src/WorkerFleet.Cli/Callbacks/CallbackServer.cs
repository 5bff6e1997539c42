using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Api.Callbacks;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Completions;

namespace WorkerFleet.Cli.Callbacks;

/// <summary>
/// Takes events of agents over HTTP: <c>POST /callbacks/{session}</c> with the session's bearer token. It answers 202 once the event is
/// durable; with any other answer the agent is to try again, or is told what is wrong.
/// </summary>
internal sealed class CallbackServer(
    CallbackOptions options, IPAddress address, CallbackAddresses addresses, CompletionRecorder recorder,
    ILogger<CallbackServer> logger) : IHostedService, IAsyncDisposable
{
    private const int MaxConnections = 1_000;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private WebApplication? _app;

    /// <exception cref="UserErrorException">The port cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
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
            kestrel.Limits.MaxRequestBodySize = SessionCallback.MaxBodyBytes;
            kestrel.Listen(address, options.Port!.Value);
        });
        var app = _app = builder.Build();
        app.MapPost(CallbackAddresses.Path + "{session}", (RequestDelegate)AnswerAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new UserErrorException(
                $"{CallbackOptions.Section}:Port: {address}:{options.Port} cannot be used " +
                $"({SafeText.Line((exception.InnerException ?? exception).Message)}); choose another port",
                ExitCodes.Failed);
        }

        addresses.Use(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.Single().Replace("0.0.0.0", Dns.GetHostName(), StringComparison.Ordinal)));
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_app is not { } app)
            return;
        _app = null;
        using var limit = new CancellationTokenSource(StopLimit);
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var session = (string)context.Request.RouteValues["session"]!;
        var (status, problem) = await SessionCallback.TakeAsync(context, session, options, recorder, logger);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (problem is null)
            return;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(new { error = problem }, CliJson.LineOptions), context.RequestAborted);
    }

    /// <summary>Whoever started the process ends it; Ctrl-C is not for this host to answer.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
