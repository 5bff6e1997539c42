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
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Completions;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli.Callbacks;

/// <summary>
/// Takes events of agents over HTTP: <c>POST /callbacks/{session}</c> with the session's bearer token. It answers 202 once the event is
/// durable; with any other answer the agent is to try again, or is told what is wrong.
/// </summary>
internal sealed partial class CallbackServer(
    CallbackOptions options, IPAddress address, CallbackAddresses addresses, CompletionRecorder recorder,
    ILogger<CallbackServer> logger) : IHostedService, IAsyncDisposable
{
    private const int MaxConnections = 1_000;
    private const int MaxBodyBytes = CompletionRecorder.MaxOutputBytes + (16 * 1024);
    private const string Scheme = "Bearer ";

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
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
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
        var (status, problem) = await TakeAsync(context);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (problem is null)
            return;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(new { error = problem }, CliJson.LineOptions), context.RequestAborted);
    }

    private async Task<(int Status, string? Problem)> TakeAsync(HttpContext context)
    {
        var session = (string)context.Request.RouteValues["session"]!;
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !options.IsTokenOf(session, authorization[Scheme.Length..].Trim()))
            return (StatusCodes.Status401Unauthorized, "the token of this session is missing or wrong");
        try
        {
            var agentEvent = await JsonSerializer.DeserializeAsync<AgentEvent>(
                context.Request.Body, FleetJson.Options, context.RequestAborted);
            if (agentEvent is null)
                return (StatusCodes.Status400BadRequest, "the body is no event");
            if (agentEvent.SessionId is { } other && other != session)
                return (StatusCodes.Status400BadRequest, "sessionId: is another one than the address is of");
            return await recorder.RecordAsync(agentEvent with { SessionId = session }, CancellationToken.None) is { } problem
                ? (StatusCodes.Status400BadRequest, problem)
                : (StatusCodes.Status202Accepted, null);
        }
        catch (JsonException exception)
        {
            return (StatusCodes.Status400BadRequest, $"the body is no event: {SafeText.Line(exception.Message)}");
        }
        catch (BadHttpRequestException exception)
        {
            return (exception.StatusCode, SafeText.Line(exception.Message));
        }
        catch (StoreException exception)
        {
            LogStoreFailed(exception);
            return (StatusCodes.Status503ServiceUnavailable, "the event could not be stored; try again");
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "An agent's callback could not be stored; the agent is told to try again")]
    private partial void LogStoreFailed(Exception exception);

    /// <summary>Whoever started the process ends it; Ctrl-C is not for this host to answer.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
