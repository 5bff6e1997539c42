using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Acceptance.Telemetry;

/// <summary>
/// Takes OTLP over HTTP and over gRPC, as a collector does, and keeps it. It is the tests' own, by the specification: there is
/// no collector on the machines that run them.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const string ProtobufType = "application/x-protobuf";
    private const string GrpcType = "application/grpc";
    private const int GrpcHeader = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<ReceivedPoint> _points = new();
    private readonly ConcurrentQueue<ReceivedLog> _logs = new();
    private readonly ConcurrentQueue<string> _problems = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string HttpUrl => _app.Urls.First();

    public string GrpcUrl => _app.Urls.Last();

    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    public IReadOnlyCollection<ReceivedPoint> Points => _points;

    public IReadOnlyCollection<ReceivedLog> Logs => _logs;

    /// <summary>What was sent and is not OTLP.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>A header of every request; null for any.</summary>
    public string? Key { get; set; }

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var receiver = new OtlpReceiver(builder.Build());
        receiver.Map("traces", "trace.v1.TraceService", request => Add(receiver._spans, OtlpMessages.Spans(request)));
        receiver.Map("metrics", "metrics.v1.MetricsService", request => Add(receiver._points, OtlpMessages.Points(request)));
        receiver.Map("logs", "logs.v1.LogsService", request => Add(receiver._logs, OtlpMessages.Logs(request)));
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The newest value of each series, added up.</summary>
    public double Sum(string metric, params (string Name, string Value)[] attributes) => Points
        .Where(point => point.Name == metric
            && attributes.All(attribute => point.Attributes.GetValueOrDefault(attribute.Name) == attribute.Value))
        .GroupBy(point => point.Resource["service.instance.id"] + string.Concat(
            point.Attributes.OrderBy(attribute => attribute.Key).Select(attribute => $"\0{attribute.Key}\0{attribute.Value}")))
        .Sum(series => series.Last().Value);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Add<T>(ConcurrentQueue<T> queue, IEnumerable<T> received)
    {
        foreach (var each in received)
            queue.Enqueue(each);
    }

    private void Map(string path, string service, Action<WireMessage> take)
    {
        _app.MapPost($"/v1/{path}", (RequestDelegate)(context => ReceiveHttpAsync(context, take)));
        _app.MapPost(
            $"/opentelemetry.proto.collector.{service}/Export", (RequestDelegate)(context => ReceiveGrpcAsync(context, take)));
    }

    private async Task ReceiveHttpAsync(HttpContext context, Action<WireMessage> take)
    {
        var taken = Take(context, ProtobufType, await ReadAsync(context.Request), take);
        context.Response.StatusCode = taken ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        context.Response.ContentType = ProtobufType;
    }

    private async Task ReceiveGrpcAsync(HttpContext context, Action<WireMessage> take)
    {
        var body = await ReadAsync(context.Request);
        var taken = body.Length >= GrpcHeader && body[0] == 0 && Take(context, GrpcType, body.AsMemory(GrpcHeader), take);
        context.Response.ContentType = GrpcType;
        await context.Response.Body.WriteAsync(new byte[GrpcHeader]);
        context.Response.AppendTrailer("grpc-status", taken ? "0" : "3");
    }

    private bool Take(HttpContext context, string type, ReadOnlyMemory<byte> body, Action<WireMessage> take)
    {
        try
        {
            if (context.Request.ContentType?.StartsWith(type, StringComparison.Ordinal) != true)
                throw new FormatException($"It is {context.Request.ContentType}.");
            if (Key is not null && context.Request.Headers["x-key"] != Key)
                throw new FormatException("The key is missing.");
            take(WireMessage.Parse(body));
            return true;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or IndexOutOfRangeException)
        {
            _problems.Enqueue($"{context.Request.Path}: {exception.Message}");
            return false;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        var body = request.Headers.ContentEncoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
