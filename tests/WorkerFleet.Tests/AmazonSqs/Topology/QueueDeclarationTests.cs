using MassTransit;
using WorkerFleet.Tests.AmazonSqs.Fakes;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Topology;

public sealed class QueueDeclarationTests
{
    [Fact]
    public async Task Start_QueueIsMissing_IsCreatedAsAskedForBehindItsDeadLetterQueue()
    {
        await using var bus = await SqsBus.StartAsync(configurator =>
        {
            configurator.QueueAttributes["SqsManagedSseEnabled"] = true;
            configurator.QueueTags["app"] = "shop";
            configurator.Queue("dead", dead => dead.QueueAttributes["MessageRetentionPeriod"] = 1_209_600);
            configurator.ReceiveEndpoint("orders", endpoint =>
            {
                endpoint.QueueTags["tier"] = "1";
                endpoint.RedrivePolicy("dead", 5);
                endpoint.Handler<Ping>(_ => Task.CompletedTask);
            });
        });

        var orders = bus.Sqs.Queue("orders");
        Assert.Equal(["dead", "orders"], bus.Sqs.QueueNames);
        Assert.Equal("true", orders.Attributes["SqsManagedSseEnabled"]);
        Assert.Equal(
            """{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead","maxReceiveCount":"5"}""",
            orders.Attributes["RedrivePolicy"]);
        Assert.Equal("1209600", bus.Sqs.Queue("dead").Attributes["MessageRetentionPeriod"]);
        Assert.Equal(("shop", "1"), (orders.Tags["app"], orders.Tags["tier"]));
        Assert.Equal(["app"], bus.Sqs.Queue("dead").Tags.Keys);
    }

    [Fact]
    public async Task Start_QueueIsThereWithOtherAttributes_IsLeftAsItIs()
    {
        var time = new ManualTime();
        var sqs = new InMemorySqs(time);
        sqs.Queue("orders").Attributes["KmsMasterKeyId"] = "theirs";

        await using var bus = await SqsBus.StartAsync(
            configurator => configurator.ReceiveEndpoint("orders", endpoint =>
            {
                endpoint.QueueAttributes["KmsMasterKeyId"] = "ours";
                endpoint.Handler<Ping>(_ => Task.CompletedTask);
            }),
            sqs, time);

        Assert.Equal("theirs", sqs.Queue("orders").Attributes["KmsMasterKeyId"]);
        Assert.DoesNotContain("CreateQueue orders", sqs.Calls);
    }

    [Fact]
    public async Task Start_MissingQueueThatIsNotToBeCreated_FailsAndSaysSo()
    {
        await using var bus = SqsBus.Create(configurator =>
        {
            configurator.Declare = false;
            configurator.ReceiveEndpoint("orders", endpoint => endpoint.Handler<Ping>(_ => Task.CompletedTask));
        });

        var exception = await Assert.ThrowsAsync<ConnectionException>(bus.StartAsync);

        Assert.Contains("there is no queue 'orders'", exception.Message, StringComparison.Ordinal);
        Assert.Empty(bus.Sqs.QueueNames);
    }

    [Fact]
    public async Task Start_WithoutEndpoints_CreatesNoQueueAndAsksForNone()
    {
        await using var bus = await SqsBus.StartAsync(_ => { });

        Assert.Equal(BusHealthStatus.Healthy, bus.Bus.CheckHealth().Status);
        Assert.Empty(bus.Sqs.Calls);
    }

    [Fact]
    public async Task Send_ToAQueueThatWasDeleted_CreatesItAnew()
    {
        await using var bus = await SqsBus.StartAsync(configurator => configurator.Queue("orders"));
        await bus.SendAsync("orders", new Ping("one"));
        await bus.Sqs.DeleteQueueAsync("orders", CancellationToken.None);

        await bus.SendAsync("orders", new Ping("two"));

        Assert.Contains("two", Assert.Single(bus.Sqs.Queue("orders").Messages).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ToATemporaryQueueThatIsGone_FailsAndCreatesNone()
    {
        await using var bus = await SqsBus.StartAsync(_ => { });
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:gone?temporary=true"));

        await Assert.ThrowsAsync<ConnectionException>(() => endpoint.Send(new Ping("one")));

        Assert.Empty(bus.Sqs.QueueNames);
    }

    [Fact]
    public void Create_WithWrongSettings_NamesEachInOneException()
    {
        var exception = Assert.ThrowsAny<ConfigurationException>(() => SqsBus.Create(configurator =>
        {
            configurator.ReceiveEndpoint("orders.fifo", endpoint => endpoint.Handler<Ping>(_ => Task.CompletedTask));
            configurator.ReceiveEndpoint("orders", endpoint =>
            {
                endpoint.WaitTimeSeconds = 21;
                endpoint.VisibilityTimeout = 1;
                endpoint.RedeliverVisibilityTimeout = 43_201;
            });
        }));

        foreach (var problem in new[]
        {
            "'orders.fifo' is a FIFO queue", "WaitTimeSeconds has to be from 0 to 20", "VisibilityTimeout is 1",
            "RedeliverVisibilityTimeout is 43201",
        })
            Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_EndpointThatConsumesWhatIsBoundElsewhere_FailsAndSaysHowToBindIt()
    {
        var exception = Assert.ThrowsAny<ConfigurationException>(() => SqsBus.Create(configurator =>
        {
            configurator.Publish<Ping>(topology => topology.BindQueue("elsewhere"));
            configurator.ReceiveEndpoint("orders", endpoint => endpoint.Handler<Ping>(_ => Task.CompletedTask));
        }));

        Assert.Contains(
            "Publish<Ping>(x => x.BindQueue(\"orders\"))", exception.InnerException?.Message ?? exception.Message,
            StringComparison.Ordinal);
    }

    public sealed record Ping(string Text);
}
