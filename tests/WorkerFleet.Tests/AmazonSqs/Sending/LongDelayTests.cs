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
            var due = bus.Time.GetUtcNow() + delay;

            await bus.SendAsync("orders", new Ping("later"), context =>
            {
                context.SetGroupId("tenant-7");
                context.Delay = delay;
            });
            // In small steps where something happens, since the clock goes on while the receiver works.
            await PassUntilAsync(due - TimeSpan.FromSeconds(310));
            await bus.UntilAsync(() => bus.Sqs.Queue("orders").Delays.Count == 2);
            await PassUntilAsync(due - TimeSpan.FromSeconds(10));
            await bus.UntilAsync(() => arrived is not null);

            Assert.InRange(arrived!.Value, due, due + TimeSpan.FromSeconds(15));
            Assert.Equal("tenant-7", group);
            Assert.Collection(
                bus.Sqs.Queue("orders").Delays,
                first => Assert.Equal(900, first),
                second => Assert.InRange(second!.Value, 285, 300));
        }

        Task PassUntilAsync(DateTimeOffset time) => bus.UntilAsync(() => bus.Time.GetUtcNow() >= time, TimeSpan.FromSeconds(5));
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
