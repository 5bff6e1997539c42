using System.Net.Mime;
using System.Text;
using MassTransit;
using MassTransit.Serialization;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.DeadLetters;

/// <summary>What no consumer will ever handle, in the queues as every transport connects them.</summary>
public sealed class BrokenMessageTests : IAsyncLifetime, IDisposable
{
    private const string MassTransitJson = "application/vnd.masstransit+json";

    private readonly TempFolder _folder = new();
    private readonly StubLifetime _lifetime = new();
    private readonly ServiceProvider _services;

    public BrokenMessageTests() => _services = new ServiceCollection()
        .AddSqliteStore(_folder["data"])
        .AddSingleton<IAgentCatalog>(new TestAgents())
        .AddSingleton<IHostApplicationLifetime>(_lifetime)
        .AddFleet()
        .AddFleetProcess(FleetRoles.Orchestrator | FleetRoles.Worker, new WorkerOptions())
        .AddMassTransitTestHarness(bus =>
        {
            bus.AddFleetConsumers();
            bus.UsingInMemory((context, configurator) =>
            {
                var transport = new TransportEndpoints(new("test-"), HandsBrokenMessagesOn: true);
                configurator.ReceiveItems(context, transport, BatchPriority.Normal, 4);
                configurator.ReceiveOrchestration(context, transport);
            });
        })
        .BuildServiceProvider();

    private IBus Bus => _services.GetRequiredService<IBus>();

    private IBrokenMessages Messages => _services.GetRequiredService<IBrokenMessages>();

    public Task InitializeAsync() => _services.GetRequiredService<ITestHarness>().Start();

    public async Task DisposeAsync() => await _services.DisposeAsync();

    public void Dispose()
    {
        _lifetime.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("items", "no JSON at all")]
    [InlineData("batches", "\0\u0001{")]
    [InlineData("dispatch", "")]
    [InlineData("results", "[1,2")]
    [InlineData("items", """{"messageType":["urn:message:WorkerFleet.Items:ProcessBatchItem"],"message":{"batchId":"no id"}}""")]
    [InlineData("batches", """{"messageType":["urn:message:WorkerFleet.Batches:PauseBatch"],"message":{"batchId":7}}""")]
    [InlineData("dead-letter", "no JSON either")]
    public async Task Message_ThatCannotBeRead_IsFiledWithItsCauseAndBody(string queue, string body)
    {
        await SendAsync(queue, body);

        var filed = await FiledAsync();
        Assert.Equal(("test-" + queue, body), (filed.Queue, Encoding.UTF8.GetString(filed.Body)));
        Assert.StartsWith("it cannot be read: ", filed.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("items")]
    [InlineData("batches")]
    public async Task Message_OfATypeThatNobodyKnows_IsFiledWithItsCauseAndBody(string queue)
    {
        const string Body = """{"messageType":["urn:message:Other:Thing"],"message":{"a":1}}""";

        await SendAsync(queue, Body);

        var filed = await FiledAsync();
        Assert.Equal(("test-" + queue, Body), (filed.Queue, Encoding.UTF8.GetString(filed.Body)));
        Assert.Contains("nobody handles", filed.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_ThatComesTwice_IsFiledOnce()
    {
        await SendAsync("items", "broken");
        await FiledAsync();
        await SendAsync("items", "broken");
        await SendAsync("items", "another");

        var filed = await Eventually.HoldsAsync(
            () => Messages.ReadAsync(10, CancellationToken.None), messages => messages.Count >= 2);
        Assert.Equal(["another", "broken"], filed.Select(message => Encoding.UTF8.GetString(message.Body)).Order());
    }

    [Fact]
    public async Task Message_LargerThanIsKept_IsCut()
    {
        await SendAsync("items", new string('x', 1_100_000));

        Assert.Equal(512 * 1024, (await FiledAsync()).Body.Length);
    }

    [Fact]
    public async Task Message_ThatIsWhole_IsNotFiled()
    {
        var watch = new BusWatch(Bus);
        await watch.ConsumedAsync(Bus, "test-batches", new PauseBatch(Guid.CreateVersion7()));

        await SendAsync("items", "broken");

        await FiledAsync();
    }

    private async Task SendAsync(string queue, string body)
    {
        var endpoint = await Bus.GetSendEndpoint(new($"queue:test-{queue}"));
        await endpoint.Send(
            new PauseBatch(Guid.Empty),
            context => context.Serializer = new CopyBodySerializer(
                new ContentType(MassTransitJson), new StringMessageBody(body)));
    }

    private async Task<BrokenMessage> FiledAsync() => Assert.Single(await Eventually.HoldsAsync(
        () => Messages.ReadAsync(10, CancellationToken.None), messages => messages.Count > 0));
}
