using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.AgentCore;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>An agent in the tests' own process, which remembers every invocation and answers when it is told to.</summary>
public sealed class RecordingAgent : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _sessions = new();
    private volatile Gate _gate = new(0);
    private int _inFlight;
    private int _answered;
    private int _aborted;

    private RecordingAgent(WebApplication app) => _app = app;

    /// <summary>Base address on the loopback interface.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Decides whether an input is answered with 200; others get 400, which is not tried again.</summary>
    public Func<string, bool> Accepts { get; set; } = _ => true;

    /// <summary>Told of each invocation before it is answered: the input, and the caller's port on this machine.</summary>
    public Action<string, int> Received { get; set; } = (_, _) => { };

    /// <summary>Tells callers apart by their ports on this machine. Default: all are one.</summary>
    public Func<int, int> CallerOf { get; set; } = _ => 0;

    /// <summary>Its port on this machine.</summary>
    public int Port => new Uri(Url).Port;

    /// <summary>Decides whether an invocation is let through; others get 429 at once, and are not remembered.</summary>
    public Func<bool> Allows { get; set; } = () => true;

    /// <summary>Decides what an invocation is answered with instead of an answer; 0: nothing.</summary>
    public Func<int> Fails { get; set; } = () => 0;

    /// <summary>How long an answer takes once the gate is open. Default: no time.</summary>
    public TimeSpan Latency { get; set; }

    public CallMeter Calls { get; } = new();

    /// <summary>Sessions in the order in which they were invoked.</summary>
    public IReadOnlyList<string> Sessions => [.. _sessions];

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Answers sent, whatever they said; counted before the caller can have them.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Invocations whose caller went away before the answer.</summary>
    public int Aborted => Volatile.Read(ref _aborted);

    public static async Task<RecordingAgent> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var agent = new RecordingAgent(app);
        app.MapPost("/invocations", (RequestDelegate)agent.InvokeAsync);
        app.MapGet("/ping", (RequestDelegate)(context => AnswerAsync(context, 200, """{"status":"Healthy"}""")));
        await app.StartAsync();
        agent.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        agent.Release();
        return agent;
    }

    /// <summary>From now on invocations wait, but for the first ones.</summary>
    /// <param name="letThrough">How many do not, however soon they come. A run cannot be over before the test looks at it.</param>
    public void Hold(int letThrough = 0) => _gate = new Gate(letThrough);

    /// <summary>Lets all invocations through, those that wait and those to come.</summary>
    public void Release() => _gate.Open();

    /// <summary>From now on invocations are let through, but those that wait go on waiting.</summary>
    /// <returns>Lets these through as well.</returns>
    public Action ReleaseOthers()
    {
        var waiting = _gate;
        Hold();
        Release();
        return waiting.Open;
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        await _app.DisposeAsync();
    }

    private async Task InvokeAsync(HttpContext context)
    {
        if (!Allows())
        {
            await AnswerAsync(context, 429, """{"error":"slow down"}""");
            return;
        }

        var session = context.Request.Headers[AgentHeaders.SessionId].ToString();
        _sessions.Enqueue(session);
        Interlocked.Increment(ref _inFlight);
        Calls.Begin(session, CallerOf(context.Connection.RemotePort));
        var gate = _gate.Enter();
        var isAnswering = false;
        try
        {
            using var reader = new StreamReader(context.Request.Body);
            var input = await reader.ReadToEndAsync(context.RequestAborted);
            Received(input, context.Connection.RemotePort);
            await gate.WaitAsync(context.RequestAborted);
            if (Latency > TimeSpan.Zero)
                await Task.Delay(Latency, context.RequestAborted);
            // Before the caller has its answer, and can call again.
            isAnswering = true;
            Interlocked.Increment(ref _answered);
            Calls.End();
            if (Fails() is not 0 and var status)
                await AnswerAsync(context, status, """{"error":"broken on purpose"}""");
            else if (Accepts(input))
                await AnswerAsync(context, 200, JsonSerializer.Serialize(new { accepted = input.Length }));
            else
                await AnswerAsync(context, 400, """{"error":"this input is refused"}""");
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            if (isAnswering)
                Interlocked.Decrement(ref _answered);
            Interlocked.Increment(ref _aborted);
        }
        finally
        {
            if (!isAnswering)
                Calls.End();
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, 0, bytes.Length, context.RequestAborted);
    }

    /// <summary>Lets some through, and the others once it is open.</summary>
    private sealed class Gate(int letThrough)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = letThrough;

        public Task Enter() => Interlocked.Decrement(ref _left) >= 0 ? Task.CompletedTask : _open.Task;

        public void Open() => _open.TrySetResult();
    }
}
