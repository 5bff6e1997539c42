using System.Globalization;
using Amazon.Runtime;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Conformance.Transports;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>What is special about endpoints on SQS, against the emulator.</summary>
public sealed class AmazonSqsEndpointTests : IDisposable
{
    private readonly string _queue = $"orders-{Guid.CreateVersion7().ToString("N")[^12..]}";
    private readonly SqsClient _sqs = AmazonSqsTransport.CreateClient();
    private readonly Inbox _inbox = new();

    public void Dispose() => _sqs.Dispose();

    [Fact]
    public async Task Redrive_OfWhatFailsEveryTime_IsBySqsAfterAsManyDeliveries()
    {
        await using var bus = await StartAsync(endpoint =>
        {
            endpoint.RedrivePolicy($"{_queue}-dead", 3);
            endpoint.RethrowFaultedMessages();
            endpoint.Handler<PlaceOrder>(_ =>
            {
                _inbox.Add("try");
                throw new InvalidOperationException("poison");
            });
        });

        await bus.SendAsync(_queue, new PlaceOrder("tea"));

        await Inbox.WaitUntilAsync(async () => await CountAsync($"{_queue}-dead") == (1, 0), () => "a dead letter");
        Assert.Equal(3, _inbox.Count);
    }

    [Fact]
    public async Task Consumers_ThatTakeLongerThanTheVisibilityTimeout_GetEachMessageOnce()
    {
        const int visibilityTimeout = 20, concurrent = 2, messages = 4;
        var client = AmazonSqsTransport.CreateClient();
        await using var bus = await StartAsync(
            endpoint =>
            {
                endpoint.VisibilityTimeout = visibilityTimeout;
                endpoint.PrefetchCount = messages;
                endpoint.ConcurrentMessageLimit = concurrent;
                var begun = 0;
                endpoint.Handler<Numbered>(async context =>
                {
                    _inbox.Add($"{context.Message.Number}");
                    // The others wait as long as these run.
                    if (Interlocked.Increment(ref begun) <= concurrent)
                        await Task.Delay(TimeSpan.FromSeconds(visibilityTimeout + 1), context.CancellationToken);
                });
            },
            client: client);

        for (var number = 0; number < messages; number++)
            await bus.SendAsync(_queue, new Numbered(number));

        await Inbox.WaitUntilAsync(
            async () => await CountAsync(_queue) == (0, 0) && _inbox.Count >= messages, () => "an empty queue");
        await _inbox.HoldsAsync("0", "1", "2", "3");
        Assert.InRange(client.Usage.Snapshot()["ChangeMessageVisibilityBatch"].Messages, messages, 10 * messages);
    }

    [Fact]
    public async Task ResponseQueue_IsMadeForTheFirstRequestAndGoesWithTheBus()
    {
        var name = $"{_queue}-responses";
        await using var bus = await StartAsync(
            endpoint =>
                endpoint.Handler<AskPrice>(context => context.RespondAsync(new Price(context.Message.Item, 250))),
            configurator => configurator.OverrideDefaultBusEndpointQueueName(name));
        Assert.False(await ExistsAsync(name));

        var client = bus.Bus.CreateRequestClient<AskPrice>(new Uri($"queue:{_queue}"), RequestTimeout.After(m: 1));
        var response = await client.GetResponse<Price>(new AskPrice("tea"));

        Assert.Equal(250, response.Message.Cents);
        Assert.True(await ExistsAsync(name));
        await bus.StopAsync();
        Assert.False(await ExistsAsync(name));
    }

    [Fact]
    public async Task Delay_OfASend_IsKept()
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var bus = await StartAsync(endpoint => endpoint.Handler<PlaceOrder>(_ =>
        {
            _inbox.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds.ToString(CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        }));
        started = TimeProvider.System.GetTimestamp();

        await bus.SendAsync(_queue, new PlaceOrder("tea"), context => context.Delay = TimeSpan.FromSeconds(2));

        await _inbox.CountsAsync(1);
        Assert.InRange(double.Parse(_inbox.Entries[0], CultureInfo.InvariantCulture), 1.9, 30);
    }

    [Fact]
    public async Task Redelivery_Delayed_ComesAgainAfterItsDelay()
    {
        await using var bus = await StartAsync(endpoint =>
        {
            endpoint.UseDelayedRedelivery(redelivery => redelivery.Interval(1, TimeSpan.FromSeconds(2)));
            endpoint.Handler<PlaceOrder>(context =>
            {
                _inbox.Add($"redelivery {context.GetRedeliveryCount()}");
                return context.GetRedeliveryCount() == 0
                    ? throw new InvalidOperationException("later")
                    : Task.CompletedTask;
            });
        });

        await bus.SendAsync(_queue, new PlaceOrder("tea"));

        await _inbox.HoldsAsync("redelivery 0", "redelivery 1");
    }

    [Fact]
    public async Task Message_OfNearlyOneMebibyte_Arrives()
    {
        await using var bus = await StartAsync(endpoint => endpoint.Handler<PlaceOrder>(context =>
        {
            _inbox.Add($"{context.Message.Text.Length}");
            return Task.CompletedTask;
        }));

        await bus.SendAsync(_queue, new PlaceOrder(new string('x', 1_040_000)));

        await _inbox.HoldsAsync("1040000");
    }

    [Fact]
    public async Task Stop_OfAConsumerThatDoesNotEnd_CancelsItAndReturnsItsMessage()
    {
        // SQS may hand the message to a receive that the stop breaks off, and that nobody listens to any more: none is open.
        var calls = AmazonSqsTransport.Create();
        var (receives, isOver) = (0, false);
        calls.Before = (operation, _) =>
        {
            if (operation != "ReceiveMessage")
                return Task.CompletedTask;
            Interlocked.Increment(ref receives);
            if (!Volatile.Read(ref isOver))
                return Task.CompletedTask;
            Interlocked.Decrement(ref receives);
            return Task.FromException(
                new SqsException("no", null, ErrorType.Unknown, SqsException.ConnectionFailed, "", 0));
        };
        calls.After = (operation, _) =>
        {
            if (operation == "ReceiveMessage")
                Interlocked.Decrement(ref receives);
            return Task.CompletedTask;
        };
        var bus = await StartAsync(
            endpoint =>
            {
                endpoint.VisibilityTimeout = 600;
                endpoint.Handler<PlaceOrder>(async context =>
                {
                    _inbox.Add("started");
                    await Task.Delay(TimeSpan.FromMinutes(10), context.CancellationToken);
                });
            },
            client: calls);
        await bus.SendAsync(_queue, new PlaceOrder("tea"));
        await _inbox.CountsAsync(1);
        Volatile.Write(ref isOver, true);
        await Inbox.WaitUntilAsync(() => Volatile.Read(ref receives) == 0, () => "the end of the last receive");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await bus.Bus.StopAsync(patience.Token);

        Assert.Equal((1, 0), await CountAsync(_queue));
    }

    [Fact]
    public async Task Queue_DeletedUnderTheReceiver_IsDeclaredAnewWithItsAttributes()
    {
        await using var bus = await StartAsync(endpoint =>
        {
            endpoint.QueueAttributes["MessageRetentionPeriod"] = 86_400;
            endpoint.Handler<PlaceOrder>(context =>
            {
                _inbox.Add(context.Message.Text);
                return Task.CompletedTask;
            });
        });
        await _sqs.DeleteQueueAsync(
            await _sqs.GetQueueUrlAsync(_queue, CancellationToken.None), CancellationToken.None);

        await Inbox.WaitUntilAsync(() => ExistsAsync(_queue), () => "the queue");
        await bus.SendAsync(_queue, new PlaceOrder("tea"));

        await _inbox.HoldsAsync("tea");
        var url = await _sqs.GetQueueUrlAsync(_queue, CancellationToken.None);
        var attributes = await _sqs.GetQueueAttributesAsync(url, ["All"], CancellationToken.None);
        Assert.Equal("86400", attributes["MessageRetentionPeriod"]);
    }

    [Fact]
    public async Task RowsAtFullLoad_CostLittleMoreThanAThirdOfARequestEach()
    {
        const int rows = 10_000;
        var got = 0;
        var client = AmazonSqsTransport.CreateClient();
        var calls = new InterceptedSqs(client);
        await using var bus = await StartAsync(
            endpoint =>
            {
                endpoint.PrefetchCount = 200;
                endpoint.ConcurrentMessageLimit = 100;
                endpoint.Handler<Numbered>(_ =>
                {
                    Interlocked.Increment(ref got);
                    return Task.CompletedTask;
                });
            },
            client: calls);

        // A load is full where sends wait for requests, however fast this process makes sends of it.
        var allWait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        calls.Before = (operation, _) => operation == "SendMessageBatch" ? allWait.Task : Task.CompletedTask;
        var sends = Enumerable.Range(0, rows).Select(number => bus.SendAsync(_queue, new Numbered(number))).ToList();
        allWait.SetResult();
        await Task.WhenAll(sends);
        await Inbox.WaitUntilAsync(() => Volatile.Read(ref got) >= rows, () => $"{rows} rows; there are {got}");
        await bus.StopAsync();

        var requests = client.Usage.Total.Requests;
        Assert.InRange(requests / (double)rows, 0.3, 0.35);
    }

    private async Task<TransportBus> StartAsync(
        Action<IAmazonSqsReceiveEndpointConfigurator> configure,
        Action<IAmazonSqsBusFactoryConfigurator>? configureBus = null,
        ISqsClient? client = null) =>
        await TransportBus.StartAsync(
            new AmazonSqsTransport { Client = client },
            (_, configurator) =>
            {
                var sqs = (IAmazonSqsBusFactoryConfigurator)configurator;
                configureBus?.Invoke(sqs);
                sqs.ReceiveEndpoint(_queue, configure);
            });

    private async Task<bool> ExistsAsync(string queue)
    {
        try
        {
            await _sqs.GetQueueUrlAsync(queue, CancellationToken.None);
            return true;
        }
        catch (SqsException exception) when (exception.IsQueueMissing)
        {
            return false;
        }
    }

    private async Task<(int Visible, int Held)> CountAsync(string queue)
    {
        var attributes = await _sqs.GetQueueAttributesAsync(
            await _sqs.GetQueueUrlAsync(queue, CancellationToken.None), ["All"], CancellationToken.None);
        return (
            int.Parse(attributes["ApproximateNumberOfMessages"], CultureInfo.InvariantCulture),
            int.Parse(attributes["ApproximateNumberOfMessagesNotVisible"], CultureInfo.InvariantCulture));
    }
}
