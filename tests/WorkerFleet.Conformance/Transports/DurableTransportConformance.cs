using MassTransit;

namespace WorkerFleet.Conformance.Transports;

/// <summary>What the fleet needs of a transport beyond the process: messages outlive it.</summary>
public abstract class DurableTransportConformance : TransportConformance
{
    /// <summary>For a bus that crashes: what it held is to be delivered again soon.</summary>
    protected virtual ITransportFixture CrashingTransport => Transport;

    /// <summary>Whether what waits in a bus that stops is with others before its consumers are done.</summary>
    protected virtual bool ReturnsWaitingAtOnce => true;

    [Fact]
    public async Task Crash_WhileMessagesAreConsumedAndWait_DeliversAllOfThemAgain()
    {
        var (before, after) = (new Inbox(), new Inbox());
        var never = new TaskCompletionSource();
        var crashed = await TransportBus.StartAsync(CrashingTransport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint =>
            {
                endpoint.PrefetchCount = 10;
                endpoint.ConcurrentMessageLimit = 2;
                endpoint.Handler<Numbered>(async context =>
                {
                    before.Add($"{context.Message.Number}");
                    // Whether or not it is cancelled: a process that is gone begins no other message either.
                    await never.Task;
                });
            }));
        for (var number = 0; number < 6; number++)
            await crashed.SendAsync(Queue("orders"), new Numbered(number));
        await before.CountsAsync(2);

        await crashed.CrashAsync();
        await using var next = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint => endpoint.Handler<Numbered>(context =>
            {
                var again = context.ReceiveContext.Redelivered && before.Entries.Contains($"{context.Message.Number}");
                after.Add($"{context.Message.Number}{(again ? " again" : "")}");
                return Task.CompletedTask;
            })));

        await after.HoldsAsync(
            [.. Enumerable.Range(0, 6).Select(number =>
                $"{number}{(before.Entries.Contains($"{number}") ? " again" : "")}")]);
        Assert.Equal(2, before.Count);
    }

    [Fact]
    public async Task Stop_WhileConsumersRunAndMessagesWait_FinishesThoseAndLeavesThese()
    {
        var (started, finished, rest) = (new Inbox(), new Inbox(), new Inbox());
        var release = new TaskCompletionSource();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint =>
            {
                endpoint.PrefetchCount = 10;
                endpoint.ConcurrentMessageLimit = 2;
                endpoint.Handler<Numbered>(async context =>
                {
                    started.Add($"{context.Message.Number}");
                    await release.Task;
                    finished.Add($"{context.Message.Number}");
                });
            }));
        for (var number = 0; number < 8; number++)
            await bus.SendAsync(Queue("orders"), new Numbered(number));
        await started.CountsAsync(2);

        var stop = bus.StopAsync();
        await using var next = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint => endpoint.Handler<Numbered>(context =>
            {
                rest.Add($"{context.Message.Number}");
                return Task.CompletedTask;
            })));
        if (ReturnsWaitingAtOnce)
            await rest.CountsAsync(6);
        Assert.False(stop.IsCompleted);
        release.SetResult();
        await stop;
        await rest.CountsAsync(6);
        await next.StopAsync();

        Assert.Equal(2, finished.Count);
        Assert.Equal(
            Enumerable.Range(0, 8).Select(number => $"{number}"),
            finished.Entries.Concat(rest.Entries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Messages_SentWhileNobodyReceives_AreConsumedByTheNextStart()
    {
        var inbox = new Inbox();
        await using (var first = await TransportBus.StartAsync(Transport, Configure))
        {
            await first.StopAsync();
        }

        await using (var sender = await TransportBus.StartAsync(Transport, (_, _) => { }))
        {
            await sender.SendAsync(Queue("orders"), new PlaceOrder("tea"));
        }

        await using var second = await TransportBus.StartAsync(Transport, Configure);

        await inbox.HoldsAsync("tea");

        void Configure(IBusRegistrationContext context, IBusFactoryConfigurator configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint => endpoint.Handler<PlaceOrder>(message =>
            {
                inbox.Add(message.Message.Text);
                return Task.CompletedTask;
            }));
    }
}
