using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.AgentCore;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>An agent in the tests' own process that only accepts; the test says when and how each task ends.</summary>
public sealed class BackgroundAgent : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new();
    private readonly ConcurrentDictionary<string, BackgroundCall> _calls = new();
    private int _invocations;

    private BackgroundAgent(WebApplication app) => _app = app;

    /// <summary>Base address on the loopback interface.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Invocations, repeats in the same session included.</summary>
    public int Invocations => Volatile.Read(ref _invocations);

    /// <summary>The sessions that were accepted, in any order.</summary>
    public IReadOnlyCollection<BackgroundCall> Calls => [.. _calls.Values];

    public static async Task<BackgroundAgent> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var agent = new BackgroundAgent(app);
        app.MapPost("/invocations", (RequestDelegate)agent.AcceptAsync);
        app.MapGet("/ping", (RequestDelegate)(context => context.Response.WriteAsync("""{"status":"HealthyBusy"}""")));
        await app.StartAsync();
        agent.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return agent;
    }

    /// <summary>Calls a session's callback address, and again until it is taken, as an agent does.</summary>
    public async Task CallBackAsync(BackgroundCall call, object agentEvent) => await Wait.UntilAsync(
        async () =>
        {
            try
            {
                return await PostAsync(call, call.Token, agentEvent) == HttpStatusCode.Accepted;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        $"the callback of {call.Session} to be taken");

    public async Task<HttpStatusCode> PostAsync(BackgroundCall call, string token, object agentEvent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Callback) { Content = JsonContent.Create(agentEvent) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task AcceptAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var session = headers[AgentHeaders.SessionId].ToString();
        _calls[session] = new(session, headers[AgentHeaders.CallbackUrl].ToString(), headers[AgentHeaders.CallbackToken].ToString());
        Interlocked.Increment(ref _invocations);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"status":"started"}""");
    }
}

/// <param name="Session">Of the attempt.</param>
/// <param name="Callback">Address; empty where there is none.</param>
/// <param name="Token">For the callback.</param>
public sealed record BackgroundCall(string Session, string Callback, string Token);
