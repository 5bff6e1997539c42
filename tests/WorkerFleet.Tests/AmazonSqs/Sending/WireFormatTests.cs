using System.Text.Json;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Tests.AmazonSqs.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Sending;

/// <summary>What MassTransit's own package sends and understands, word for word.</summary>
public sealed class WireFormatTests
{
    private const string Envelope = """
        {
          "messageId": "08de0000-0000-0000-0000-000000000001",
          "messageType": ["urn:message:WorkerFleet.Tests.AmazonSqs.Sending:WireFormatTests+Ping"],
          "message": { "text": "tea" },
          "headers": {}
        }
        """;

    [Fact]
    public async Task Send_AMessage_IsItsEnvelopeWithHeadersAsStringAttributes()
    {
        var correlationId = Guid.CreateVersion7();
        await using var bus = await SqsBus.StartAsync(_ => { });

        await bus.SendAsync("orders", new Ping("tea"), context =>
        {
            context.CorrelationId = correlationId;
            context.Headers.Set("Tenant", "Ünal");
            context.Headers.Set("Priority", 3);
            context.Headers.Set("MT-Host-MachineName", "host");
            context.Headers.Set("MT-Fault-StackTrace", "at");
        });

        var message = Assert.Single(bus.Sqs.Queue("orders").Messages);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Content-Type"] = "String application/vnd.masstransit+json",
                ["CorrelationId"] = $"String {correlationId}",
                ["Priority"] = "String 3",
                ["Tenant"] = "String Ünal",
            },
            Texts(message));
        using var body = JsonDocument.Parse(message.Body);
        Assert.Equal("tea", body.RootElement.GetProperty("message").GetProperty("text").GetString());
        Assert.Equal(
            "urn:message:WorkerFleet.Tests.AmazonSqs.Sending:WireFormatTests+Ping",
            body.RootElement.GetProperty("messageType")[0].GetString());
        Assert.Equal("amazonsqs://eu-central-1/orders", body.RootElement.GetProperty("destinationAddress").GetString());
        Assert.Null(message.DelaySeconds);
        Assert.Null(message.GroupId);
    }

    [Fact]
    public async Task Send_WithGroupAndDelay_SetsTheFieldsOfSqs()
    {
        await using var bus = await SqsBus.StartAsync(_ => { });

        await bus.SendAsync("orders", new Ping("tea"), context =>
        {
            context.SetGroupId("tenant-7");
            context.Delay = TimeSpan.FromSeconds(90);
        });

        var message = Assert.Single(bus.Sqs.Queue("orders").Messages);
        Assert.Equal(("tenant-7", 90), (message.GroupId, message.DelaySeconds));
        Assert.DoesNotContain("MT-Delay-Until", message.Attributes!.Keys);
    }

    [Fact]
    public async Task Receive_AnEnvelopeOfAnotherSender_IsConsumedWithItsHeaders()
    {
        var got = new List<string>();
        await using var bus = await StartAsync(context => got.Add(
            $"{context.Message.Text} {context.Headers.Get<string>("X")} "
            + $"{context.ReceiveContext.TransportHeaders.Get<string>("Tenant")} "
            + $"{context.SentTime is null} {context.ReceiveContext.Redelivered}"));

        bus.Sqs.Put(
            "orders", Envelope, Attributes(("Content-Type", "application/vnd.masstransit+json"), ("Tenant", "Ünal")));

        await bus.UntilAsync(() => got.Count == 1);
        Assert.Equal(["tea  Ünal True False"], got);
        await bus.UntilAsync(() => bus.Sqs.Queue("orders").Messages.Count == 0);
    }

    [Fact]
    public async Task Receive_AnEnvelopeThatSnsWrapped_IsConsumed()
    {
        var got = new List<string>();
        await using var bus = await StartAsync(context => got.Add(context.Message.Text));

        bus.Sqs.Put("orders", JsonSerializer.Serialize(new
        {
            Type = "Notification", MessageId = "1", TopicArn = "arn:aws:sns:eu-central-1:000000000000:Ping",
            Message = Envelope,
        }));

        await bus.UntilAsync(() => got.Count == 1);
        Assert.Equal(["tea"], got);
    }

    [Fact]
    public async Task Move_ToErrors_KeepsBodyGroupAndHeadersAndAddsTheFault()
    {
        await using var bus = await StartAsync(_ => throw new InvalidOperationException("no tea left"));

        bus.Sqs.Put(
            "orders", Envelope,
            Attributes(
                ("Content-Type", "application/vnd.masstransit+json"), ("Tenant", "Ünal"), ("MT-Activity-Id", "00-1")),
            groupId: "tenant-7");

        await bus.UntilAsync(() => bus.Sqs.Queue("orders_error").Messages.Count == 1);
        var moved = bus.Sqs.Queue("orders_error").Messages[0];
        Assert.Equal((Envelope, "tenant-7"), (moved.Body, moved.GroupId));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Content-Type"] = "String application/vnd.masstransit+json",
                ["MT-Fault-InputAddress"] = "String amazonsqs://eu-central-1/orders",
                ["MT-Fault-Message"] = "String no tea left",
                ["MT-Reason"] = "String fault",
                ["Tenant"] = "String Ünal",
            },
            Texts(moved));
    }

    [Fact]
    public async Task Move_ToSkipped_KeepsBodyAndHeadersAndSaysWhy()
    {
        await using var bus = await StartAsync(_ => { });

        bus.Sqs.Put(
            "orders", Envelope.Replace("+Ping", "+Pong", StringComparison.Ordinal),
            Attributes(("Content-Type", "application/vnd.masstransit+json")));

        await bus.UntilAsync(() => bus.Sqs.Queue("orders_skipped").Messages.Count == 1);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Content-Type"] = "String application/vnd.masstransit+json", ["MT-Reason"] = "String dead-letter",
            },
            Texts(bus.Sqs.Queue("orders_skipped").Messages[0]));
    }

    [Fact]
    public async Task Move_OfTheLargestMessageThereCanBe_LeavesOutWhatDoesNotFit()
    {
        await using var bus = await StartAsync(_ => throw new InvalidOperationException(new string('!', 10_000)));
        var contentType = ("Content-Type", "application/vnd.masstransit+json");
        var size = SqsLimits.SizeOf(new() { MessageBody = Envelope, MessageAttributes = Attributes(contentType) });
        var body = Envelope.Replace("tea", new string('t', SqsLimits.MaxBytes - size + 3), StringComparison.Ordinal);

        bus.Sqs.Put("orders", body, Attributes(contentType));

        await bus.UntilAsync(() => bus.Sqs.Queue("orders_error").Messages.Count == 1);
        Assert.Equal(["Content-Type"], bus.Sqs.Queue("orders_error").Messages[0].Attributes!.Keys);
    }

    [Fact]
    public async Task Send_MoreHeadersThanSqsTakes_KeepsTheNeededOnesAndAllInTheEnvelope()
    {
        await using var bus = await SqsBus.StartAsync(_ => { });

        await bus.SendAsync("orders", new Ping("tea"), context =>
        {
            for (var i = 10; i < 25; i++)
                context.Headers.Set($"Header-{i}", i);
            context.Headers.Set("not a name", "x");
            context.Headers.Set("MT-Redelivery-Count", 2);
        });

        var message = Assert.Single(bus.Sqs.Queue("orders").Messages);
        Assert.Equal(
            ["Content-Type", .. Enumerable.Range(10, 8).Select(i => $"Header-{i}"), "MT-Redelivery-Count"],
            message.Attributes!.Keys.Order(StringComparer.Ordinal));
        using var body = JsonDocument.Parse(message.Body);
        Assert.Equal(17, body.RootElement.GetProperty("headers").EnumerateObject().Count());
    }

    [Fact]
    public async Task Send_MoreHeadersThanSqsTakesWithoutEnvelope_IsRefused()
    {
        await using var bus = await SqsBus.StartAsync(configurator =>
            configurator.UseRawJsonSerializer(isDefault: true));

        var exception = await Assert.ThrowsAsync<MessageException>(() =>
            bus.SendAsync("orders", new Ping("tea"), context =>
        {
            for (var i = 10; i < 25; i++)
                context.Headers.Set($"Header-{i}", i);
        }));

        Assert.Contains("Header-24", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("ü")]
    public async Task Send_WithAGroupThatSqsDoesNotTake_IsRefusedUnlessEmpty(string group)
    {
        await using var bus = await SqsBus.StartAsync(_ => { });

        var send = bus.SendAsync("orders", new Ping("tea"), context => context.SetGroupId(group));

        if (group.Length == 0)
            await send;
        else
            await Assert.ThrowsAsync<MessageException>(() => send);
    }

    [Fact]
    public async Task Send_AMessageLargerThanSqsTakes_IsRefusedBeforeAnyCall()
    {
        await using var bus = await SqsBus.StartAsync(_ => { });

        var exception = await Assert.ThrowsAsync<MessageException>(
            () => bus.SendAsync("orders", new Ping(new string('€', SqsLimits.MaxBytes / 3))));

        Assert.Contains("1048576", exception.Message, StringComparison.Ordinal);
        Assert.Empty(bus.Sqs.Calls);
    }

    private static Task<SqsBus> StartAsync(Action<ConsumeContext<Ping>> consume) =>
        SqsBus.StartAsync(configurator =>
            configurator.ReceiveEndpoint("orders", endpoint => endpoint.Handler<Ping>(context =>
        {
            consume(context);
            return Task.CompletedTask;
        })));

    private static Dictionary<string, MessageAttributeValue> Attributes(
        params (string Name, string Value)[] attributes) =>
        attributes.ToDictionary(
            attribute => attribute.Name, attribute => new MessageAttributeValue { StringValue = attribute.Value });

    private static Dictionary<string, string> Texts(InMemorySqsMessage message) =>
        message.Attributes!.ToDictionary(
            attribute => attribute.Key, attribute => $"{attribute.Value.DataType} {attribute.Value.StringValue}");

    public sealed record Ping(string Text);
}
