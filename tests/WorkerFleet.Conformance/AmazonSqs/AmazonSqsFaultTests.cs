using System.Collections.Concurrent;
using Amazon.Runtime;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Conformance.Transports;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>Nothing is lost, whatever goes wrong between the bus and SQS.</summary>
public sealed class AmazonSqsFaultTests
{
    private const int Messages = 2_000;

    private readonly string _queue = $"orders-{Guid.CreateVersion7().ToString("N")[^12..]}";

    [Fact]
    public async Task FaultsOfEveryKind_WhileManyMessagesPass_LoseNone()
    {
        var emulator = await SqsEmulator.StartAsync();
        await using var faults = await SqsFaults.StartAsync(emulator.Endpoint, seed: 6, oneIn: 8);
        using var client = new SqsClient(
            new BasicAWSCredentials("test", "test"),
            new SqsClientOptions { Region = "eu-central-1", ServiceUrl = faults.Endpoint }, TimeProvider.System);
        var got = new ConcurrentDictionary<int, int>();
        await using var bus = await TransportBus.StartAsync(
            new AmazonSqsTransport { Client = client, VisibilityTimeout = 5 },
            (_, configurator) => configurator.ReceiveEndpoint(_queue, endpoint =>
            {
                endpoint.PrefetchCount = 50;
                endpoint.ConcurrentMessageLimit = 20;
                endpoint.Handler<Numbered>(context =>
                {
                    got.AddOrUpdate(context.Message.Number, 1, (_, count) => count + 1);
                    return Task.CompletedTask;
                });
            }));

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Messages), new ParallelOptions { MaxDegreeOfParallelism = 50 },
            async (number, _) => await SendUntilItIsTakenAsync(bus, number));

        await Inbox.WaitUntilAsync(() => got.Count == Messages, () => $"{Messages} messages; there are {got.Count}");
        faults.OneIn = 0;
        Assert.All(
            Enum.GetValues<SqsFault>(), kind => Assert.True(faults.Injected.GetValueOrDefault(kind) > 0, $"{kind}"));
        await bus.StopAsync();
        Assert.Equal(Messages, got.Count);
    }

    [Fact]
    public async Task Sqs_DownAtTheStartAndWhileRunning_IsWaitedFor()
    {
        var calls = AmazonSqsTransport.Create();
        var isDown = true;
        calls.Before = (_, _) => Volatile.Read(ref isDown)
            ? Task.FromException(
                new SqsException("down", null, ErrorType.Unknown, SqsException.ConnectionFailed, "", 0))
            : Task.CompletedTask;
        var inbox = new Inbox();
        await using var bus = TransportBus.Create(
            new AmazonSqsTransport { Client = calls },
            (_, configurator) =>
                configurator.ReceiveEndpoint(_queue, endpoint => endpoint.Handler<PlaceOrder>(context =>
            {
                inbox.Add(context.Message.Text);
                return Task.CompletedTask;
            })));

        var start = bus.StartAsync();
        await Inbox.WaitUntilAsync(() => Status(bus) == BusHealthStatus.Unhealthy, () => "an unhealthy bus");
        Assert.False(start.IsCompleted);
        Volatile.Write(ref isDown, false);
        await start;
        await Inbox.WaitUntilAsync(() => Status(bus) == BusHealthStatus.Healthy, () => "a healthy bus");
        Volatile.Write(ref isDown, true);
        await Inbox.WaitUntilAsync(() => Status(bus) != BusHealthStatus.Healthy, () => "a bus that is not healthy");
        Volatile.Write(ref isDown, false);
        await Inbox.WaitUntilAsync(() => Status(bus) == BusHealthStatus.Healthy, () => "a healthy bus again");
        await bus.SendAsync(_queue, new PlaceOrder("tea"));

        await inbox.HoldsAsync("tea");
    }

    [Fact]
    public async Task Send_OneOfABatchIsRefused_FailsThatOneOnly()
    {
        var calls = AmazonSqsTransport.Create();
        await using var bus = await TransportBus.StartAsync(new AmazonSqsTransport { Client = calls }, (_, _) => { });
        calls.AnswerSend = entries =>
        {
            var result = new BatchResult();
            foreach (var entry in entries)
                if (entry.MessageBody.Contains("poison", StringComparison.Ordinal))
                    result.Failed.Add(new() { Id = entry.Id, Code = "InvalidMessageContents", SenderFault = true });
                else
                    result.Successful.Add(new() { Id = entry.Id });
            return result;
        };

        var sent = await Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
        {
            try
            {
                await bus.SendAsync(_queue, new PlaceOrder(number == 17 ? "poison" : "tea"));
                return true;
            }
            catch (SqsException)
            {
                return false;
            }
        }));

        Assert.Equal([17], Enumerable.Range(0, 50).Where(number => !sent[number]));
    }

    private static BusHealthStatus Status(TransportBus bus) => bus.Bus.CheckHealth().Status;

    private async Task SendUntilItIsTakenAsync(TransportBus bus, int number)
    {
        while (true)
            try
            {
                await bus.SendAsync(_queue, new Numbered(number));
                return;
            }
            catch (SqsException)
            {
                // The client has tried several times. As the fleet does: again.
            }
    }
}
