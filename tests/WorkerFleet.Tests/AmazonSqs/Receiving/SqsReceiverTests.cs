using System.Collections.Concurrent;
using MassTransit;
using WorkerFleet.Tests.AmazonSqs.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Receiving;

public sealed class SqsReceiverTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<string> _got = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Consumer_RunsForLong_IsNotDisturbedAndItsMessageDeletedAfter()
    {
        await using var bus = await StartAsync(endpoint => Hold(endpoint));
        await SendAsync(bus, 3);
        await bus.UntilAsync(() => _got.Count == 3, SqsBus.Moment);

        await bus.PassToAsync(bus.Time.GetUtcNow().AddMinutes(20), 4 * Second);
        Assert.All(bus.Sqs.Queue("orders").Messages, message => Assert.Equal(1, message.ReceiveCount));
        _release.SetResult();

        await bus.UntilAsync(() => bus.Sqs.Queue("orders").Messages.Count == 0);
        Assert.Equal(3, _got.Count);
    }

    [Fact]
    public async Task Consumer_RunsLongerThanSqsAllows_IsCancelledAndItsMessageComesAgain()
    {
        SqsBus bus = null!;
        var cancelledAt = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (bus = await StartAsync(endpoint =>
        {
            endpoint.MaxVisibilityTimeout = 600;
            endpoint.Handler<Ping>(async context =>
            {
                _got.Enqueue(context.ReceiveContext.Redelivered ? "again" : "first");
                if (context.ReceiveContext.Redelivered)
                    return;
                await using var cancellation = context.CancellationToken.Register(
                    () => cancelledAt.TrySetResult(bus.Time.GetUtcNow()));
                await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
            });
        }))
        {
            bus.Step = SqsBus.Moment;
            var start = bus.Time.GetUtcNow();
            await SendAsync(bus, 1);
            await bus.UntilAsync(() => _got.Count == 1);

            await bus.PassToAsync(start.AddSeconds(590), Second);
            Assert.False(cancelledAt.Task.IsCompleted);
            var end = start.AddSeconds(610);
            await bus.UntilAsync(() => cancelledAt.Task.IsCompleted || bus.Time.GetUtcNow() >= end, Second);
            await bus.UntilAsync(() => cancelledAt.Task.IsCompleted);

            Assert.InRange(await cancelledAt.Task - start, TimeSpan.FromSeconds(590), TimeSpan.FromSeconds(640));
            await bus.UntilAsync(() => _got.Count == 2, Second);
            Assert.Equal(["first", "again"], _got);
        }
    }

    [Fact]
    public async Task Extension_Ends_WithTheConsumer()
    {
        await using var bus = await StartAsync(endpoint => Hold(endpoint));
        await SendAsync(bus, 1);
        await bus.UntilAsync(() => bus.Sqs.Calls.Contains("ChangeMessageVisibilityBatch orders"), Second);

        _release.SetResult();
        await bus.UntilAsync(() => bus.Sqs.Queue("orders").Messages.Count == 0);
        var extensions = Extensions(bus);
        var later = bus.Time.GetUtcNow().AddMinutes(5);
        await bus.UntilAsync(() => bus.Time.GetUtcNow() >= later, Second);

        Assert.Equal(extensions, Extensions(bus));
    }

    [Fact]
    public async Task Message_ReceivedAgainWhileItIsConsumed_IsConsumedOnceAndDeletedByItsNewestHandle()
    {
        await using var bus = await StartAsync(endpoint => Hold(endpoint));
        await SendAsync(bus, 1);
        await bus.UntilAsync(() => _got.Count == 1);
        var message = bus.Sqs.Queue("orders").Messages[0];

        // As when its extensions do not reach SQS.
        bus.Sqs.Before = (operation, _) => operation == "ChangeMessageVisibilityBatch"
            ? Task.FromException(InMemorySqs.Error("InternalError"))
            : Task.CompletedTask;
        await bus.UntilAsync(() => message.ReceiveCount == 3, Second);
        _release.SetResult();

        await bus.UntilAsync(() => bus.Sqs.Queue("orders").Messages.Count == 0);
        Assert.Single(_got);
    }

    [Fact]
    public async Task Fault_ThatNothingTakesOn_MakesTheMessageVisibleAtOnce()
    {
        await using var bus = await StartAsync(endpoint =>
        {
            endpoint.RethrowFaultedMessages();
            endpoint.Handler<Ping>(context =>
            {
                _got.Enqueue("try");
                return context.ReceiveContext.Redelivered
                    ? Task.CompletedTask
                    : throw new InvalidOperationException("not yet");
            });
        });
        bus.Step = SqsBus.Moment;
        var start = bus.Time.GetUtcNow();
        await SendAsync(bus, 1);

        await bus.UntilAsync(() => bus.Sqs.Queue("orders").Messages.Count == 0);

        Assert.Equal(2, _got.Count);
        Assert.InRange(bus.Time.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task Delete_Fails_DeliversTheMessageAgainAfterItsTime()
    {
        await using var bus = await StartAsync(endpoint => endpoint.Handler<Ping>(_ =>
        {
            _got.Enqueue("consumed");
            return Task.CompletedTask;
        }));
        var failures = 0;
        bus.Sqs.Before = (operation, _) => operation == "DeleteMessageBatch" && Interlocked.Increment(ref failures) == 1
            ? Task.FromException(InMemorySqs.Error("InternalError"))
            : Task.CompletedTask;
        await SendAsync(bus, 1);

        await bus.UntilAsync(() => bus.Sqs.Queue("orders").Messages.Count == 0, Second);

        Assert.Equal(2, _got.Count);
    }

    [Fact]
    public async Task Receive_Fails_EndpointIsUnhealthyUntilItWorksAgain()
    {
        await using var bus = await StartAsync(endpoint => Hold(endpoint));
        var isDown = true;
        bus.Sqs.Before = (operation, _) => operation == "ReceiveMessage" && Volatile.Read(ref isDown)
            ? Task.FromException(InMemorySqs.Error("InternalError", "down"))
            : Task.CompletedTask;

        await bus.UntilAsync(() => bus.Bus.CheckHealth().Status != BusHealthStatus.Healthy, Second);
        var failures = bus.Sqs.Calls.Count;
        await bus.UntilAsync(() => bus.Sqs.Calls.Count > failures + 5, Second);
        Volatile.Write(ref isDown, false);

        await bus.UntilAsync(() => bus.Bus.CheckHealth().Status == BusHealthStatus.Healthy, Second);
    }

    [Fact]
    public async Task Receive_OverTheLimitOfMessagesInFlight_PausesAndStaysHealthy()
    {
        var refusals = 0;
        await using var bus = SqsBus.Create(
            configurator => configurator.ReceiveEndpoint("orders", endpoint => Hold(endpoint)));
        bus.Sqs.Before = (operation, _) => operation == "ReceiveMessage" && Interlocked.Increment(ref refusals) <= 3
            ? Task.FromException(InMemorySqs.Error("OverLimit"))
            : Task.CompletedTask;
        await bus.StartAsync();
        await SendAsync(bus, 1);

        await bus.UntilAsync(
            () =>
            {
                Assert.Equal(BusHealthStatus.Healthy, bus.Bus.CheckHealth().Status);
                return _got.Count == 1;
            },
            Second);
        Assert.InRange(refusals, 4, int.MaxValue);
        _release.SetResult();
    }

    [Fact]
    public async Task Queue_IsDeletedUnderTheReceiver_IsDeclaredAnewAndConsumed()
    {
        await using var bus = await StartAsync(endpoint => Hold(endpoint));
        await bus.PassAsync(bus.Sqs.DeleteQueueAsync("orders", CancellationToken.None));

        await bus.UntilAsync(() => bus.Sqs.QueueNames.Contains("orders"), Second);
        await SendAsync(bus, 1);

        await bus.UntilAsync(() => _got.Count == 1, Second);
        _release.SetResult();
    }

    [Fact]
    public async Task Stop_WithMessagesThatWait_ReturnsThemBeforeItsConsumersAreDone()
    {
        await using var bus = await StartAsync(endpoint =>
        {
            endpoint.PrefetchCount = 30;
            endpoint.ConcurrentMessageLimit = 2;
            Hold(endpoint);
        });
        bus.Step = SqsBus.Moment;
        await SendAsync(bus, 9);
        await bus.UntilAsync(() =>
            _got.Count == 2 && bus.Sqs.Queue("orders").Messages.All(message => message.ReceiveCount == 1));

        var stop = bus.StopAsync();
        await bus.UntilAsync(() =>
            bus.Sqs.Queue("orders").Messages.Count(message => message.VisibleAt <= bus.Time.GetUtcNow()) == 7);
        Assert.False(stop.IsCompleted);
        _release.SetResult();
        await stop;

        Assert.Equal(2, _got.Count);
        Assert.Equal(7, bus.Sqs.Queue("orders").Messages.Count);
    }

    [Fact]
    public async Task Stop_ConsumersThatDoNotEndInTime_AreCancelledAndTheirMessagesReturned()
    {
        await using var bus = await StartAsync(endpoint => endpoint.Handler<Ping>(async context =>
        {
            _got.Enqueue("started");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }));
        await SendAsync(bus, 2);
        await bus.UntilAsync(() => _got.Count == 2);

        using var patience = new CancellationTokenSource();
        var stop = bus.StopAsync(patience.Token);
        await patience.CancelAsync();
        await stop;

        Assert.All(
            bus.Sqs.Queue("orders").Messages, message => Assert.True(message.VisibleAt <= bus.Time.GetUtcNow()));
        Assert.Equal(2, bus.Sqs.Queue("orders").Messages.Count);
    }

    [Fact]
    public async Task Stop_ThenStart_ReceivesAgain()
    {
        await using var bus = await StartAsync(endpoint => Hold(endpoint));
        _release.SetResult();
        await bus.StopAsync();
        bus.Sqs.Put("orders", "{}");

        await bus.StartAsync();
        await SendAsync(bus, 1);

        await bus.UntilAsync(() => _got.Count == 1);
    }

    private static int Extensions(SqsBus bus) =>
        bus.Sqs.Calls.Count(call => call == "ChangeMessageVisibilityBatch orders");

    private static Task<SqsBus> StartAsync(Action<IAmazonSqsReceiveEndpointConfigurator> configure) =>
        SqsBus.StartAsync(configurator => configurator.ReceiveEndpoint("orders", configure));

    private static async Task SendAsync(SqsBus bus, int count)
    {
        for (var i = 0; i < count; i++)
            await bus.SendAsync("orders", new Ping($"{i}"));
    }

    private void Hold(IReceiveEndpointConfigurator endpoint) => endpoint.Handler<Ping>(async context =>
    {
        _got.Enqueue(context.Message.Text);
        await _release.Task;
    });

    public sealed record Ping(string Text);
}
