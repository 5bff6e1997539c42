using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Health;

namespace WorkerFleet.Tests.Cli.Health;

/// <summary>A process with health endpoints on a free port, and a part whose start and stop a test holds up.</summary>
internal sealed class ProbedProcess : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly HttpClient _client = new();
    private readonly HeldPart _part = new();

    public ProbedProcess(IBatchStore store, TimeProvider time, Action<IServiceCollection>? add = null, int port = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(time);
        builder.Services.AddFleetHealth(new ConfigurationBuilder()
            .AddInMemoryCollection([new(HealthOptions.PortKey, $"{port}")])
            .Build());
        builder.Services.AddSingleton<IHostedService>(_part);
        add?.Invoke(builder.Services);
        _host = builder.Build();
    }

    public Uri Address => _host.Services.GetRequiredService<HealthServer>().Address
        ?? throw new InvalidOperationException("It does not listen.");

    /// <summary>Begins to start; complete once it waits in the middle of it.</summary>
    public async Task<Task> BeginStartAsync()
    {
        var start = _host.StartAsync();
        await await Task.WhenAny(_part.Starting.Task, start);
        return start;
    }

    public async Task StartAsync()
    {
        _part.MayStart.SetResult();
        await _host.StartAsync();
    }

    public void FinishStart() => _part.MayStart.SetResult();

    /// <summary>Begins to stop; complete once it waits in the middle of it.</summary>
    public async Task<Task> BeginStopAsync()
    {
        var stop = _host.StopAsync();
        await await Task.WhenAny(_part.Stopping.Task, stop);
        return stop;
    }

    public void FinishStop() => _part.MayStop.TrySetResult();

    /// <summary>Probes; what comes back is the code, and the reason of every check that is not well.</summary>
    public async Task<(HttpStatusCode Code, IReadOnlyDictionary<string, string> Reasons)> ProbeAsync(string probe)
    {
        using var response = await _client.GetAsync(new Uri(Address, $"/health/{probe}"));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(
            response.IsSuccessStatusCode ? "healthy" : "unhealthy", body.RootElement.GetProperty("status").GetString());
        var reasons = body.RootElement.GetProperty("checks").EnumerateArray()
            .Where(check => check.GetProperty("status").GetString() != "healthy")
            .ToDictionary(
                check => check.GetProperty("name").GetString()!, check => check.GetProperty("reason").GetString()!);
        return (response.StatusCode, reasons);
    }

    public async Task<HttpStatusCode> CodeOfAsync(string probe) => (await ProbeAsync(probe)).Code;

    public async ValueTask DisposeAsync()
    {
        _part.MayStart.TrySetResult();
        _part.MayStop.TrySetResult();
        _client.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private sealed class HeldPart : IHostedService
    {
        public TaskCompletionSource Starting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayStart { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopping { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayStop { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Starting.SetResult();
            return MayStart.Task.WaitAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Stopping.SetResult();
            return MayStop.Task.WaitAsync(cancellationToken);
        }
    }
}
