using System.Runtime.CompilerServices;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Fakes;

/// <summary>A bus on <see cref="InMemorySqs"/>, whose time passes only while a test waits for something.</summary>
internal sealed class SqsBus : IAsyncDisposable
{
    /// <summary>
    /// A step with which less passes in a minute of waiting than anything of the receiver's takes, but for what waits a
    /// moment for company.
    /// </summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// What <see cref="PassToAsync"/> leaves to a message that is held. With steps of up to 4 s the heartbeat has begun to
    /// extend it by then.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(6);

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

    /// <summary>How far the clock is moved between two looks, where a test does not say so.</summary>
    public TimeSpan Step { get; set; } = TimeSpan.FromMilliseconds(100);

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
    public Task UntilAsync(
        Func<bool> condition, TimeSpan? step = null,
        [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        UntilAsync(condition, () => step ?? Step, what);

    /// <summary>
    /// Lets time pass up to an instant. It all but stands while a message that is held has to be extended, since that takes
    /// as long as the machine makes it.
    /// </summary>
    public Task PassToAsync(DateTimeOffset instant, TimeSpan step) => UntilAsync(
        () => Time.GetUtcNow() >= instant,
        () =>
        {
            var now = Time.GetUtcNow();
            var most = (Sqs.NextLapse() ?? DateTimeOffset.MaxValue) - now - Margin;
            return new[] { step, most, instant - now }.Min() is var pass && pass > Moment ? pass : Moment;
        },
        $"it is {instant:T}");

    public Task PassAsync(Task task) => PassAsync(task, Step);

    /// <summary>Lets time pass until a task is done.</summary>
    public async Task PassAsync(Task task, TimeSpan step)
    {
        await UntilAsync(() => task.IsCompleted, step, "the task is done");
        await task;
    }

    private async Task UntilAsync(Func<bool> condition, Func<TimeSpan> step, string? what) =>
        await Eventually.IsTrueAsync(
            () =>
            {
                if (condition())
                    return true;
                Time.Advance(step());
                return false;
            },
            what);

    public async ValueTask DisposeAsync()
    {
        // Without patience: where a test failed, its consumers may go on for ever.
        if (_isRunning)
            await StopAsync(new CancellationToken(canceled: true));
        await _services.DisposeAsync();
    }
}
