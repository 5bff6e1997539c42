using WorkerFleet.Acceptance.Broker;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>The broker goes away in the middle of a batch, or forgets everything.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class BrokerFaultTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime, IDisposable
{
    private const int Rows = 5_000;
    private const int Concurrency = 20;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(80);

    private readonly CancellationTokenSource _late = new(TestFleet.Limit);
    private readonly FlakyBatch _batch = new(Rows);
    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    private CancellationToken Late => _late.Token;

    public Task InitializeAsync()
    {
        _batch.Prepare(_fleet.Workspace, Latency);
        return _fleet.StartAsync(1, 4, "--concurrency", "10");
    }

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    public void Dispose() => _late.Dispose();

    [Fact]
    public async Task Batch_BrokerRestartedTwice_EndsAsTheUndisturbedOne() => await RunAsync(
        (1_000, broker.RestartAsync),
        (3_000, broker.RestartAsync));

    [Fact]
    public async Task Batch_BrokerKilled_EndsAsTheUndisturbedOne() => await RunAsync((2_000, broker.KillAndStartAsync));

    [Fact]
    public async Task Batch_AllQueuesDeleted_EndsAsTheUndisturbedOne()
    {
        await RunAsync((2_000, DeleteQueuesAsync));

        // They have come back, and every process takes part again: each consumes as many as it did before.
        var queues = await broker.ListQueuesAsync(_fleet.Prefix, Late);
        Assert.All(queues, queue => Assert.NotEqual(0, queue.Consumers));
        Assert.All(
            queues.Where(queue => queue.Name.Contains("items", StringComparison.Ordinal)),
            queue => Assert.Equal(_fleet.Workers.Count, queue.Consumers));
    }

    private async Task DeleteQueuesAsync(CancellationToken cancellationToken)
    {
        var deleted = await broker.PurgeAndDeleteQueuesAsync(_fleet.Prefix, cancellationToken);
        Assert.NotEmpty(deleted);
        log.WriteLine($"deleted {string.Join(", ", deleted)}");
    }

    private async Task RunAsync(params (int Settled, Func<CancellationToken, Task> Fault)[] faults)
    {
        var id = await _batch.SubmitAsync(_fleet, Concurrency);
        var trace = new ProgressTrace(_fleet, id, log);
        var following = trace.FollowToEndAsync();
        foreach (var (settled, fault) in faults)
        {
            var before = await _fleet.WaitForSettledAsync(id, settled);
            Assert.InRange(before.Counts.Settled, settled, Rows - 1);
            trace.Note($"the fault begins at {before.Counts.Settled} settled");
            await fault(Late);
            trace.Note("the fault is over");
        }
        var end = await following;

        await _batch.ShouldHaveEndedAsUndisturbedAsync(_fleet, end, log);
        // Nothing that is left of the fault: who has lost its connection has got it again by itself.
        Assert.All(_fleet.Members, member => Assert.True(member.IsRunning, member.Log));
        Assert.All(_fleet.Members, member => Assert.Equal(1, member.Starts));
    }
}
