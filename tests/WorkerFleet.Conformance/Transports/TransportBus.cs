using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Conformance.Transports;

/// <summary>A bus as a process of its own would have it.</summary>
public sealed class TransportBus : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services;
    private readonly Func<Task> _crash;
    private bool _isRunning;

    private TransportBus(ServiceProvider services, Func<Task> crash)
    {
        _services = services;
        _crash = crash;
        Bus = services.GetRequiredService<IBusControl>();
    }

    public IBusControl Bus { get; }

    public IServiceProvider Services => _services;

    /// <param name="transport">Of the bus.</param>
    /// <param name="configure">Adds the receive endpoints.</param>
    /// <param name="register">Registers sagas and request clients.</param>
    public static async Task<TransportBus> StartAsync(
        ITransportFixture transport, Action<IBusRegistrationContext, IBusFactoryConfigurator> configure,
        Action<IBusRegistrationConfigurator>? register = null)
    {
        var bus = Create(transport, configure, register);
        await bus.StartAsync();
        return bus;
    }

    public static TransportBus Create(
        ITransportFixture transport, Action<IBusRegistrationContext, IBusFactoryConfigurator> configure,
        Action<IBusRegistrationConfigurator>? register = null)
    {
        Func<Task> crash = () => Task.CompletedTask;
        var services = new ServiceCollection();
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            register?.Invoke(bus);
            crash = transport.Register(bus, configure);
        });
        return new TransportBus(services.BuildServiceProvider(), crash);
    }

    public async Task StartAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await Bus.StartAsync(limit.Token);
        _isRunning = true;
    }

    public async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        _isRunning = false;
        await Bus.StopAsync(limit.Token);
    }

    /// <summary>To the broker, the process is gone.</summary>
    public Task CrashAsync() => _crash();

    public async Task SendAsync<T>(string queue, T message, Action<SendContext<T>>? configure = null)
        where T : class
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(message, Pipe.Execute<SendContext<T>>(context => configure?.Invoke(context)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_isRunning)
            await StopAsync();
        await _services.DisposeAsync();
    }
}
