using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Access;

namespace WorkerFleet.Api.Live;

/// <summary>
/// Samples as server-sent events. Written here, since the framework's formatter has no comments, which keep
/// connections alive through proxies, and since a sample is written as JSON once for all who watch.
/// </summary>
internal sealed class EventStream<T>(IAsyncEnumerable<LiveSample<T>> samples, string eventType) : IResult
{
    /// <summary>A comment is sent after so long without an event.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] HeartbeatBytes = ": still here\n\n"u8.ToArray();
    private static readonly byte[] RetryBytes = "retry: 2000\n\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var time = services.GetRequiredService<TimeProvider>();
        var keys = services.GetRequiredService<KeyRing>();
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var lifetime = new WatchLifetime(httpContext.User, keys, time, httpContext.RequestAborted);
        try
        {
            await response.Body.WriteAsync(RetryBytes, lifetime.Token);
            await response.Body.FlushAsync(lifetime.Token);
            await WriteAllAsync(response, time, lifetime.Token);
        }
        catch (OperationCanceledException) when (lifetime.Token.IsCancellationRequested)
        {
            // The watcher has gone, or its key has.
        }
    }

    private async Task WriteAllAsync(HttpResponse response, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var next = samples.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var pending = next.MoveNextAsync().AsTask();
            while (!pending.IsCompleted && !await CompletesAsync(pending, time, cancellationToken))
            {
                await response.Body.WriteAsync(HeartbeatBytes, cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
            }

            if (!await pending)
                return;
            await WriteAsync(response, next.Current, cancellationToken);
        }
    }

    private static async Task<bool> CompletesAsync(
        Task<bool> pending, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await pending.WaitAsync(Heartbeat, time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException) when (!pending.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task WriteAsync(HttpResponse response, LiveSample<T> sample, CancellationToken cancellationToken)
    {
        var head = $"id: {LiveEventId.Of(sample.Sequence, sample.IsFinal)}\nevent: {eventType}\ndata: ";
        await response.Body.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
        await response.Body.WriteAsync(sample.Json, cancellationToken);
        await response.Body.WriteAsync("\n\n"u8.ToArray(), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}

/// <summary>
/// Ids of events: the sequence, marked where it was the last, so that a browser that comes back can be told to stop.
/// </summary>
internal static class LiveEventId
{
    private const char Final = '!';

    public static string Of(long sequence, bool isFinal) =>
        $"{sequence.ToString(CultureInfo.InvariantCulture)}{(isFinal ? Final : "")}";

    /// <returns>Nulls for what is no id of ours.</returns>
    public static (long? Sequence, bool IsFinal) Parse(string? id)
    {
        var isFinal = id?.EndsWith(Final) == true;
        return long.TryParse(id?.TrimEnd(Final), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? (sequence, isFinal)
            : (null, false);
    }
}
