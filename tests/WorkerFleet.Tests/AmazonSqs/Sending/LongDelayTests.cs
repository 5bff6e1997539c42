using MassTransit;
using WorkerFleet.Tests.AmazonSqs.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Sending;

public sealed class LongDelayTests
{
    [Fact]
    public async Task Send_WithADelayOfTwentyMinutes_ArrivesThenAndNotBeforeWithItsGroup()
    {
        var delay = TimeSpan.FromMinutes(20);
        DateTimeOffset? arrived = null;
        string? group = null;
        SqsBus bus = null!;
        await using (bus = await SqsBus.StartAsync(configurator =>
            configurator.ReceiveEndpoint("orders", endpoint => endpoint.Handler<Ping>(context =>
            {
                arrived = bus.Time.GetUtcNow();
                context.ReceiveContext.TryGetPayload(out AmazonSqsMessageContext? message);
                group = message?.TransportMessage.Attributes?["MessageGroupId"];
                return Task.CompletedTask;
            }))))
        {
            bus.Step = SqsBus.Moment;
            var orders = bus.Sqs.Queue("orders");
            var due = bus.Time.GetUtcNow() + delay;

            await bus.SendAsync("orders", new Ping("later"), context =>
            {
                context.SetGroupId("tenant-7");
                context.Delay = delay;
            });
            PassToDelivery();
            await bus.UntilAsync(() => orders.Delays.Count == 2 && orders.Messages.Count == 1);
            PassToDelivery();
            await bus.UntilAsync(() => arrived is not null);

            Assert.InRange(arrived!.Value, due, due + TimeSpan.FromSeconds(15));
            Assert.Equal("tenant-7", group);
            Assert.Collection(
                orders.Delays,
                first => Assert.Equal(900, first),
                second => Assert.InRange(second!.Value, 285, 300));
        }

        // At once: while the receiver works the clock all but stands.
        void PassToDelivery() =>
            bus.Time.Advance(bus.Sqs.Queue("orders").Messages.Single().VisibleAt - bus.Time.GetUtcNow());
    }

    [Fact]
    public async Task Send_WithADelayOfFortyMinutesToAQueueOfOthers_IsRefused()
    {
        await using var bus = await SqsBus.StartAsync(_ => { });

        var exception = await Assert.ThrowsAsync<MessageException>(
            () => bus.SendAsync("theirs", new Ping("later"), context => context.Delay = TimeSpan.FromMinutes(40)));

        Assert.Contains("Queue(\"theirs\")", exception.Message, StringComparison.Ordinal);
    }

    public sealed record Ping(string Text);
}
