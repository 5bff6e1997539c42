using System.Runtime.CompilerServices;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Fakes;

/// <summary>A bus on <see cref="InMemorySqs"/>, whose time passes only while a test waits for something.</summary>
internal sealed class SqsBus : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly ServiceProvider _services;
    private bool _isRunning;

    private SqsBus(ServiceProvider services, ManualTime time, InMemorySqs sqs)
    {
        _services = services;
        (Time, Sqs) = (time, sqs);
        Bus = services.GetRequiredService<IBusControl>();
    }

    public ManualTime Time { get; }

    public InMemorySqs Sqs { get; }

    public IBusControl Bus { get; }

    /// <exception cref="ConfigurationException">The configuration is wrong.</exception>
    public static SqsBus Create(
        Action<IAmazonSqsBusFactoryConfigurator> configure, InMemorySqs? sqs = null, ManualTime? time = null)
    {
        time ??= new ManualTime();
        sqs ??= new InMemorySqs(time);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingAmazonSqs((_, configurator) =>
            {
                configurator.Host("eu-central-1", host => host.Client(() => sqs));
                configure(configurator);
            });
        });
        return new SqsBus(services.BuildServiceProvider(), time, sqs);
    }

    public static async Task<SqsBus> StartAsync(
        Action<IAmazonSqsBusFactoryConfigurator> configure, InMemorySqs? sqs = null, ManualTime? time = null)
    {
        var bus = Create(configure, sqs, time);
        await bus.StartAsync();
        return bus;
    }

    public async Task StartAsync()
    {
        await PassAsync(Bus.StartAsync(CancellationToken.None));
        _isRunning = true;
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        _isRunning = false;
        await PassAsync(Bus.StopAsync(cancellationToken));
    }

    public async Task SendAsync<T>(string queue, T message, Action<SendContext<T>>? configure = null)
        where T : class
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri($"queue:{queue}"));
        await PassAsync(endpoint.Send(message, Pipe.Execute<SendContext<T>>(context => configure?.Invoke(context))));
    }

    /// <summary>Lets time pass until something holds.</summary>
    public async Task UntilAsync(
        Func<bool> condition, TimeSpan? step = null,
        [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        await Eventually.IsTrueAsync(
            () =>
            {
                if (condition())
                    return true;
                Time.Advance(step ?? Step);
                return false;
            },
            what);

    public Task PassAsync(Task task) => PassAsync(task, Step);

    /// <summary>Lets time pass until a task is done.</summary>
    public async Task PassAsync(Task task, TimeSpan step)
    {
        await UntilAsync(() => task.IsCompleted, step, "the task is done");
        await task;
    }

    public async ValueTask DisposeAsync()
    {
        // Without patience: where a test failed, its consumers may go on for ever.
        if (_isRunning)
            await StopAsync(new CancellationToken(canceled: true));
        await _services.DisposeAsync();
    }
}
