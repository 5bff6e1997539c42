using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>The agent of ECS as a task sees it: takes what is asked of it, and remembers when it was.</summary>
internal sealed class EcsEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<EcsCall> _calls = new();
    private long _protectedUntil;

    private EcsEndpoint(WebApplication app) => _app = app;

    /// <summary>What ECS sets <c>ECS_AGENT_URI</c> to.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What is answered instead, with status and body; null: as it should be.</summary>
    public Func<int, (int Status, string Body)?> Instead { get; set; } = _ => null;

    public IReadOnlyList<EcsCall> Calls => [.. _calls];

    /// <summary>Whether the task would be spared now.</summary>
    public bool IsProtected => Stopwatch.GetTimestamp() < Interlocked.Read(ref _protectedUntil);

    public static async Task<EcsEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var endpoint = new EcsEndpoint(app);
        app.MapPut("/api/0f1e2d3c/task-protection/v1/state", (RequestDelegate)endpoint.PutAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        endpoint.Url = $"{address}/api/0f1e2d3c";
        return endpoint;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task PutAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body);
        var isProtected = request.RootElement.GetProperty("ProtectionEnabled").GetBoolean();
        int? minutes = request.RootElement.TryGetProperty("ExpiresInMinutes", out var number) ? number.GetInt32() : null;
        _calls.Enqueue(new(isProtected, minutes, Stopwatch.GetTimestamp()));
        if (Instead(_calls.Count) is { } other)
        {
            await AnswerAsync(context, other.Status, other.Body);
            return;
        }

        var time = TimeSpan.FromMinutes(isProtected ? minutes ?? 120 : 0);
        Interlocked.Exchange(
            ref _protectedUntil, Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));
        await AnswerAsync(context, 200, JsonSerializer.Serialize(new
        {
            protection = new
            {
                ExpirationDate = isProtected
                    ? TimeProvider.System.GetUtcNow().Add(time).ToString("O", CultureInfo.InvariantCulture)
                    : null,
                ProtectionEnabled = isProtected,
                TaskArn = "arn:aws:ecs:eu-central-1:111122223333:task/fleet/0f1e2d3c",
            },
        }));
    }

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    }
}

/// <param name="IsProtected">What was asked for.</param>
/// <param name="Minutes">For how long; null where it was not said.</param>
/// <param name="At">Timestamp.</param>
internal sealed record EcsCall(bool IsProtected, int? Minutes, long At);
