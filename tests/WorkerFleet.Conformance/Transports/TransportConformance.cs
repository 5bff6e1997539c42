using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Conformance.Transports;

/// <summary>What the fleet needs of every transport, also of one in memory.</summary>
public abstract partial class TransportConformance
{
    private readonly string _run = Guid.CreateVersion7().ToString("N")[^12..];

    protected abstract ITransportFixture Transport { get; }

    /// <summary>How many messages go through in <see cref="ManyMessages_FromManySenders_AllArrive"/>.</summary>
    protected static int ManyMessages { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("TRANSPORT_MESSAGES"), out var count) ? count : 100_000;

    /// <summary>A queue of this test alone.</summary>
    protected string Queue(string name) => $"{name}-{_run}";

    [Fact]
    public async Task Send_ToAQueue_IsConsumedThereWithItsHeaders()
    {
        var inbox = new Inbox();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint => endpoint.Handler<PlaceOrder>(context =>
            {
                inbox.Add($"{context.Message.Text} for {context.Headers.Get<string>("Tenant")}");
                return Task.CompletedTask;
            })));

        await bus.SendAsync(Queue("orders"), new PlaceOrder("tea, 茶 and \u0001"),
            context => context.Headers.Set("Tenant", "Ünal"));

        await inbox.HoldsAsync("tea, 茶 and \u0001 for Ünal");
    }

    [Fact]
    public async Task Publish_ToEndpointsOfTheTypeAndOfItsInterface_ReachesEachOnce()
    {
        var inbox = new Inbox();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
        {
            configurator.ReceiveEndpoint(Queue("shipping"), endpoint => endpoint.Handler<OrderShipped>(context =>
            {
                inbox.Add($"type {context.Message.Text}");
                return Task.CompletedTask;
            }));
            configurator.ReceiveEndpoint(Queue("audit"), endpoint => endpoint.Handler<IOrderEvent>(context =>
            {
                inbox.Add($"interface {context.Message.Text}");
                return Task.CompletedTask;
            }));
        });

        await bus.Bus.Publish(new UnheardOf("nobody"));
        await bus.Bus.Publish(new OrderShipped("one"));
        await bus.Bus.Publish(new OrderShipped("two"));

        await inbox.HoldsAsync("type one", "interface one", "type two", "interface two");
    }

    [Fact]
    public async Task Request_ToAnotherEndpoint_GetsItsResponse()
    {
        await using var bus = await TransportBus.StartAsync(
            Transport,
            (_, configurator) => configurator.ReceiveEndpoint(
                Queue("prices"),
                endpoint =>
                    endpoint.Handler<AskPrice>(context => context.RespondAsync(new Price(context.Message.Item, 250)))),
            registration => registration.AddRequestClient<AskPrice>(
                new Uri($"queue:{Queue("prices")}"), RequestTimeout.After(m: 1)));
        await using var scope = bus.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<AskPrice>>();

        var first = await client.GetResponse<Price>(new AskPrice("tea"));
        var second = await client.GetResponse<Price>(new AskPrice("milk"));

        Assert.Equal([new Price("tea", 250), new Price("milk", 250)], [first.Message, second.Message]);
    }

    [Fact]
    public async Task Saga_WithEventsOfTwoInstances_GoesOnWithEachAndPublishes()
    {
        var inbox = new Inbox();
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var bus = await TransportBus.StartAsync(
            Transport,
            (context, configurator) =>
            {
                configurator.ReceiveEndpoint(Queue("saga"), endpoint =>
                {
                    endpoint.UseMessageRetry(retry => retry.Interval(100, TimeSpan.FromMilliseconds(50)));
                    endpoint.ConfigureSaga<OrderState>(context);
                });
                configurator.ReceiveEndpoint(Queue("shipping"), endpoint => endpoint.Handler<OrderShipped>(message =>
                {
                    inbox.Add(message.Message.Text);
                    return Task.CompletedTask;
                }));
            },
            registration => registration.AddSagaStateMachine<OrderStateMachine, OrderState>().InMemoryRepository());

        await bus.Bus.Publish(new OrderOpened(one));
        await bus.Bus.Publish(new OrderOpened(two));
        var orders = bus.Services.GetRequiredService<ILoadSagaRepository<OrderState>>();
        foreach (var id in new[] { one, two })
            await Inbox.WaitUntilAsync(
                async () => await orders.Load(id) is { CurrentState: "Open" }, () => $"open order {id}");
        await bus.Bus.Publish(new OrderPaid(two));
        await bus.Bus.Publish(new OrderPaid(one));

        await inbox.HoldsAsync($"{one}", $"{two}");
    }

    [Fact]
    public async Task Retry_OfAConsumerThatFailsTwice_SucceedsTheThirdTime()
    {
        var inbox = new Inbox();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint =>
            {
                endpoint.UseMessageRetry(retry => retry.Immediate(2));
                endpoint.Handler<PlaceOrder>(context =>
                {
                    inbox.Add($"try {context.GetRetryAttempt()}");
                    return context.GetRetryAttempt() < 2
                        ? throw new InvalidOperationException("not yet")
                        : Task.CompletedTask;
                });
            }));

        await bus.SendAsync(Queue("orders"), new PlaceOrder("tea"));

        await inbox.HoldsAsync("try 0", "try 1", "try 2");
    }

    [Fact]
    public async Task Fault_ThatIsNotRetried_IsPublishedAndItsMessageMovedToErrors()
    {
        var inbox = new Inbox();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
        {
            configurator.ReceiveEndpoint(
                Queue("orders"),
                endpoint => endpoint.Handler<PlaceOrder>(_ => throw new InvalidOperationException("no tea left")));
            configurator.ReceiveEndpoint(Queue("faults"), endpoint => endpoint.Handler<Fault<PlaceOrder>>(context =>
            {
                inbox.Add($"fault {context.Message.Message.Text}");
                return Task.CompletedTask;
            }));
            configurator.ReceiveEndpoint($"{Queue("orders")}_error", endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.Handler<PlaceOrder>(context =>
                {
                    var headers = context.ReceiveContext.TransportHeaders;
                    inbox.Add($"{context.Message.Text}: {headers.Get<string>(MessageHeaders.Reason)}, "
                        + headers.Get<string>(MessageHeaders.FaultMessage));
                    return Task.CompletedTask;
                });
            });
        });

        await bus.SendAsync(Queue("orders"), new PlaceOrder("tea"));

        await inbox.HoldsAsync("fault tea", "tea: fault, no tea left");
    }

    [Fact]
    public async Task Message_ThatNobodyConsumes_IsMovedToSkipped()
    {
        var inbox = new Inbox();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
        {
            configurator.ReceiveEndpoint(Queue("orders"), endpoint =>
                endpoint.Handler<PlaceOrder>(_ => Task.CompletedTask));
            configurator.ReceiveEndpoint($"{Queue("orders")}_skipped", endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.Handler<UnheardOf>(context =>
                {
                    inbox.Add(context.Message.Text);
                    return Task.CompletedTask;
                });
            });
        });

        await bus.SendAsync(Queue("orders"), new UnheardOf("what?"));

        await inbox.HoldsAsync("what?");
    }

    [Fact]
    public async Task Endpoint_ConnectedWhileTheBusRuns_Consumes()
    {
        var inbox = new Inbox();
        await using var bus = await TransportBus.StartAsync(Transport, (_, _) => { });

        var handle = bus.Bus.ConnectReceiveEndpoint(Queue("late"), endpoint => endpoint.Handler<PlaceOrder>(context =>
        {
            inbox.Add(context.Message.Text);
            return Task.CompletedTask;
        }));
        await handle.Ready;
        await bus.SendAsync(Queue("late"), new PlaceOrder("tea"));

        await inbox.HoldsAsync("tea");
        await handle.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Consumers_OfAnEndpoint_AreNoMoreThanItsLimitAtATime()
    {
        const int limit = 3;
        var (running, most, done) = (0, 0, 0);
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("orders"), endpoint =>
            {
                endpoint.PrefetchCount = 20;
                endpoint.ConcurrentMessageLimit = limit;
                endpoint.Handler<Numbered>(async _ =>
                {
                    var now = Interlocked.Increment(ref running);
                    for (var seen = most; now > seen; seen = most)
                        Interlocked.CompareExchange(ref most, now, seen);
                    await Task.Delay(20);
                    Interlocked.Decrement(ref running);
                    Interlocked.Increment(ref done);
                });
            }));

        await Task.WhenAll(
            Enumerable.Range(0, 60).Select(number => bus.SendAsync(Queue("orders"), new Numbered(number))));

        await Inbox.WaitUntilAsync(() => Volatile.Read(ref done) == 60, () => $"60 consumed; there are {done}");
        Assert.Equal(limit, most);
    }

    [Fact]
    public async Task ManyMessages_FromManySenders_AllArrive()
    {
        const int senders = 200;
        var counts = new int[ManyMessages];
        var arrived = 0;
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("many"), endpoint =>
            {
                endpoint.PrefetchCount = 500;
                endpoint.ConcurrentMessageLimit = 100;
                endpoint.Handler<Numbered>(context =>
                {
                    if (Interlocked.Increment(ref counts[context.Message.Number]) == 1)
                        Interlocked.Increment(ref arrived);
                    return Task.CompletedTask;
                });
            }));

        await Parallel.ForEachAsync(
            Enumerable.Range(0, ManyMessages), new ParallelOptions { MaxDegreeOfParallelism = senders },
            async (number, _) => await bus.SendAsync(Queue("many"), new Numbered(number)));

        await Inbox.WaitUntilAsync(
            () => Volatile.Read(ref arrived) >= ManyMessages, () => $"{ManyMessages} messages; there are {arrived}");
        await bus.StopAsync();
        // A transport may deliver a message twice, but not as a habit.
        Assert.InRange(counts.Sum(), ManyMessages, ManyMessages * 101 / 100);
    }
}
