using RabbitMQ.Client;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>Proves the fixture: what the other tests do to a broker really happens.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class RabbitMqBrokerTests(RabbitMqBroker broker) : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly CancellationTokenSource _late = new(Limit);
    private readonly string _prefix = RabbitMqBroker.NewPrefix();

    private CancellationToken Late => _late.Token;

    private string Queue => $"{_prefix}items";

    public Task InitializeAsync() => PublishAsync(Queue, messages: 3);

    public Task DisposeAsync() => broker.PurgeAndDeleteQueuesAsync(_prefix, Late);

    public void Dispose() => _late.Dispose();

    [Fact]
    public async Task Restart_QuorumQueue_KeepsItsMessages()
    {
        await broker.RestartAsync(Late);

        Assert.Equal(3, await broker.CountAsync(Queue, Late));
    }

    [Fact]
    public async Task KillAndStart_ConfirmedMessages_AreKeptAndConnectionsAreLost()
    {
        await using var connection = await broker.ConnectAsync(Late);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };

        await broker.KillAndStartAsync(Late);

        await lost.Task.WaitAsync(Late);
        Assert.Equal(3, await broker.CountAsync(Queue, Late));
    }

    [Fact]
    public async Task ListQueues_MessageHeldByAConsumer_TellsTypeArgumentsAndNumbers()
    {
        await PublishAsync(Queue + "-others", messages: 1);
        await using var connection = await broker.ConnectAsync(Late);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Late);
        Assert.NotNull(await channel.BasicGetAsync(Queue, autoAck: false, Late));

        var queues = await broker.ListQueuesAsync(_prefix, Late);
        while (queues[0].Unacknowledged == 0)
            queues = await broker.ListQueuesAsync(_prefix, Late);

        Assert.Equal([Queue, Queue + "-others"], queues.Select(queue => queue.Name));
        Assert.Equal("quorum", queues[0].Type);
        Assert.Equal("20", queues[0].Arguments["x-delivery-limit"]);
        Assert.Equal((2, 1), (queues[0].Ready, queues[0].Unacknowledged));
        Assert.Equal(2, await broker.CountAsync(Queue, Late));
    }

    [Fact]
    public async Task PurgeAndDelete_Prefix_LeavesTheQueuesOfOthers()
    {
        var others = RabbitMqBroker.NewPrefix();
        await PublishAsync(others, messages: 1);

        Assert.Equal([Queue], await broker.PurgeAndDeleteQueuesAsync(_prefix, Late));

        Assert.Null(await broker.CountAsync(Queue, Late));
        Assert.Equal(1, await broker.CountAsync(others, Late));
        await broker.PurgeAndDeleteQueuesAsync(others, Late);
    }

    private async Task PublishAsync(string queue, int messages)
    {
        await using var connection = await broker.ConnectAsync(Late);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Late);
        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 20 },
            cancellationToken: Late);
        for (var message = 0; message < messages; message++)
            await channel.BasicPublishAsync("", queue, mandatory: true, new byte[] { 1 }, Late);
    }
}
