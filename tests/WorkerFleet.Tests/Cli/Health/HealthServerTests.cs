using System.Net;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Batches;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Health;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Cli.Health;

public sealed class HealthServerTests
{
    private readonly StubbornStore _store = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Process_ThatStarts_IsAliveAndNotReadyUntilItHas()
    {
        await using var process = new ProbedProcess(_store, _time);
        var start = await process.BeginStartAsync();

        Assert.Equal(HttpStatusCode.OK, await process.CodeOfAsync("live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await process.CodeOfAsync("startup"));
        var (code, reasons) = await process.ProbeAsync("ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "startup"), (code, Assert.Single(reasons).Key));

        process.FinishStart();
        await start;
        foreach (var probe in HealthTags.All)
            Assert.Equal(HttpStatusCode.OK, await process.CodeOfAsync(probe));
    }

    [Fact]
    public async Task Process_ThatDrains_IsAliveAndNotReadyUntilItHasEnded()
    {
        await using var process = new ProbedProcess(_store, _time);
        await process.StartAsync();
        var address = process.Address;
        var stop = await process.BeginStopAsync();

        Assert.Equal(HttpStatusCode.OK, await process.CodeOfAsync("live"));
        var (code, reasons) = await process.ProbeAsync("ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), (code, Assert.Single(reasons).Key));

        process.FinishStop();
        await stop;
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address));
    }

    [Fact]
    public async Task Ready_StoreFails_SaysWhyAndLiveStays()
    {
        await using var process = new ProbedProcess(_store, _time);
        await process.StartAsync();
        _store.OnList = () => throw new IOException("disk I/O error\nat line 2");

        var (code, reasons) = await process.ProbeAsync("ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("the store cannot be read: disk I/O error at line 2", reasons["store"]);
        Assert.Equal(HttpStatusCode.OK, await process.CodeOfAsync("live"));
    }

    [Fact]
    public async Task Ready_StoreDoesNotAnswer_IsToldInTime()
    {
        await using var process = new ProbedProcess(_store, _time);
        await process.StartAsync();
        var never = new TaskCompletionSource<IReadOnlyList<BatchState>>();
        _store.OnList = () => never.Task;

        var probe = process.ProbeAsync("ready");
        await _store.Asked.Task;
        while (!probe.IsCompleted)
        {
            _time.Advance(StoreCheck.Limit);
            await Task.WhenAny(probe, Task.Delay(TimeSpan.FromMilliseconds(10)));
        }

        Assert.Contains("did not answer", (await probe).Reasons["store"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_BusNotStarted_NamesTheBus()
    {
        // Its hosted service is taken out, as if it had not come to its turn.
        await using var process = new ProbedProcess(_store, _time, services =>
        {
            var ours = services.Where(service => service.ServiceType == typeof(IHostedService)).ToList();
            services.AddMassTransit(bus => bus.UsingInMemory());
            foreach (var service in services
                .Where(service => service.ServiceType == typeof(IHostedService) && !ours.Contains(service)).ToList())
                services.Remove(service);
        });
        await process.StartAsync();

        var (code, reasons) = await process.ProbeAsync("ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("masstransit-bus", Assert.Single(reasons).Key);
    }

    [Fact]
    public async Task Live_LoopFailedForGood_NamesTheLoop()
    {
        await using var process = new ProbedProcess(_store, _time, services =>
        {
            services.AddHostedService<FailingLoop>();
            // Otherwise the process would end before anybody could ask it.
            services.Configure<HostOptions>(
                host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);
        });
        await process.StartAsync();

        var (_, reasons) = await Eventually.HoldsAsync(
            () => process.ProbeAsync("live"), answer => answer.Code == HttpStatusCode.ServiceUnavailable);

        Assert.Contains(nameof(FailingLoop), reasons["loops"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortIsTaken_IsOneClearError()
    {
        await using var first = new ProbedProcess(_store, _time);
        await first.StartAsync();
        await using var second = new ProbedProcess(_store, _time, port: first.Address.Port);

        var error = await Assert.ThrowsAsync<UserErrorException>(second.StartAsync);

        Assert.StartsWith($"Fleet:Health:Port: 127.0.0.1:{first.Address.Port} cannot be used", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AddFleetHealth_NoPort_AddsNothing()
    {
        var services = new ServiceCollection();

        services.AddFleetHealth(new ConfigurationBuilder().Build());

        Assert.Empty(services);
    }

    private sealed class FailingLoop : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("broken");
        }
    }
}
