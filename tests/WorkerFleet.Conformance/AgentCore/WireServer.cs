using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Conformance.AgentCore;

/// <summary>A request as it came.</summary>
/// <param name="Method">Such as POST.</param>
/// <param name="Target">Path and query, undecoded.</param>
/// <param name="Headers">By name, in lower case.</param>
/// <param name="Body">As text.</param>
internal sealed record WireRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>Takes every request on a loopback address, and answers <c>{}</c>.</summary>
internal sealed class WireServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<WireRequest> _requests = new();

    private WireServer(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public static async Task<WireServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new WireServer(builder.Build());
        server._app.Run(server.TakeAsync);
        await server._app.StartAsync();
        server.Url = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        return server;
    }

    public WireRequest Next() => _requests.TryDequeue(out var request)
        ? request
        : throw new InvalidOperationException("No request came.");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        _requests.Enqueue(new WireRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(
                header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal),
            body));
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{}", context.RequestAborted);
    }
}
