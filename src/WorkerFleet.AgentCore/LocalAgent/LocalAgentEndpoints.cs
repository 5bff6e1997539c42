using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.LocalAgent;

/// <summary>Answers as AWS's own runtimes do, as far as the contract goes.</summary>
internal sealed class LocalAgentEndpoints(LocalAgentOptions options, LocalAgentStats stats, TimeProvider time)
    : IDisposable
{
    private const int BytesOfToken = 4;

    private static readonly TimeSpan SlowLatency = TimeSpan.FromSeconds(1);

    private readonly FlakyOutcomes _outcomes = new(options.Seed, options.FailureRate);

    private readonly TimeSpan _latency = options.Latency
        ?? (options.Behaviour == LocalAgentBehaviour.Slow ? SlowLatency : TimeSpan.Zero);

    private readonly BackgroundTasks _tasks = new(options.Latency ?? SlowLatency, stats, time);

    public void Dispose() => _tasks.Dispose();

    public async Task InvokeAsync(HttpContext context)
    {
        var session = context.Request.Headers[AgentHeaders.SessionId].ToString();
        if (session.Length == 0)
        {
            await AnswerErrorAsync(
                context, 400, $"Missing session: send it as header {AgentHeaders.SessionId}");
            return;
        }
        JsonDocument input;
        try
        {
            input = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException exception)
        {
            await AnswerErrorAsync(context, 400, "Invalid JSON", exception.Message);
            return;
        }
        using (input)
        {
            stats.Begin();
            var succeeded = false;
            try
            {
                succeeded = await AnswerAsync(context, session, input.RootElement);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The caller has gone; there is nobody to tell.
            }
            finally
            {
                stats.End(succeeded);
            }
        }
    }

    public Task PingAsync(HttpContext context)
    {
        var counts = stats.Read();
        return AnswerJsonAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(new
        {
            status = counts.InFlight > 0 ? "HealthyBusy" : "Healthy",
            time_of_last_update = counts.ChangedAt.ToUnixTimeSeconds(),
        }));
    }

    public Task StatsAsync(HttpContext context)
    {
        var counts = stats.Read();
        return AnswerJsonAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(new
        {
            invocations = counts.Invocations,
            succeeded = counts.Succeeded,
            failed = counts.Failed,
            in_flight = counts.InFlight,
            max_in_flight = counts.MaxInFlight,
        }));
    }

    private async Task<bool> AnswerAsync(HttpContext context, string session, JsonElement input)
    {
        if (options.Behaviour == LocalAgentBehaviour.Async)
            return await AcceptAsync(context, session, input);
        if (options.Behaviour == LocalAgentBehaviour.Streaming)
            return await StreamAsync(context, input);
        if (_latency > TimeSpan.Zero)
            await Task.Delay(_latency, time, context.RequestAborted);
        var status = options.Behaviour switch
        {
            LocalAgentBehaviour.Failing => 500,
            LocalAgentBehaviour.Flaky => _outcomes.Next(session),
            _ => 200,
        };
        if (status == 200)
        {
            await AnswerJsonAsync(context, 200, Answer(input));
            return true;
        }
        if (status == 429)
            context.Response.Headers.RetryAfter = "1";
        await AnswerErrorAsync(context, status, "failed on purpose");
        return false;
    }

    private async Task<bool> AcceptAsync(HttpContext context, string session, JsonElement input)
    {
        var token = context.Request.Headers[AgentHeaders.CallbackToken].ToString();
        if (!Uri.TryCreate(context.Request.Headers[AgentHeaders.CallbackUrl], UriKind.Absolute, out var callback)
            || token.Length == 0)
        {
            await AnswerErrorAsync(
                context, 400, "This agent tells what became of a task by a callback, and was given no address for it. " +
                    "Configure the agent as Async, and Fleet:Callbacks");
            return false;
        }

        _tasks.Start(session, callback, token, Answer(input));
        await AnswerJsonAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(new { status = "started" }));
        return true;
    }

    private async Task<bool> StreamAsync(HttpContext context, JsonElement input)
    {
        var accept = context.Request.Headers.Accept.ToString();
        if (!accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            await AnswerErrorAsync(context, 406, "Streaming response requires Accept: text/event-stream");
            return false;
        }
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        var pause = _latency / (options.Chunks + 1);
        for (var chunk = 0; chunk < options.Chunks; chunk++)
        {
            await SendAsync(string.Create(
                CultureInfo.InvariantCulture, $$"""data: {"chunk":{{chunk}},"of":{{options.Chunks}}}"""));
        }
        await SendAsync($"event: done\ndata: {Encoding.UTF8.GetString(Answer(input))}");
        return true;

        async Task SendAsync(string lines)
        {
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, context.RequestAborted);
            await context.Response.WriteAsync(lines + "\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private byte[] Answer(JsonElement input)
    {
        var echo = EchoAgent.Echo(input);
        if (!options.Usage)
            return echo;
        var (read, written) = (
            Math.Max(JsonMarshal.GetRawUtf8Value(input).Length / BytesOfToken, 1), Math.Max(echo.Length / BytesOfToken, 1));
        return
        [
            .. echo.AsSpan(0, echo.Length - 1),
            .. Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $$$""","usage":{"input_tokens":{{{read}}},"output_tokens":{{{written}}}}}""")),
        ];
    }

    private static Task AnswerErrorAsync(HttpContext context, int status, string error, string? details = null) =>
        AnswerJsonAsync(context, status, details is null
            ? JsonSerializer.SerializeToUtf8Bytes(new { error })
            : JsonSerializer.SerializeToUtf8Bytes(new { error, details }));

    private static Task AnswerJsonAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, 0, json.Length, context.RequestAborted);
    }
}
