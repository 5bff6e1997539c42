using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Results;

/// <summary>Two processes of a fleet that get the same command: only one may write the files.</summary>
public sealed class AggregationLeaseTests : IAsyncLifetime
{
    private const string Other = "another process";

    private int _asked;
    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    private ILeases Leases => _flow.Get<ILeases>();

    private string LeaseName => $"aggregate/{_batch.CorrelationId:N}";

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync((QueueNames.Results, typeof(AggregateBatchConsumer)));
        _batch = await _flow.AddBatchAsync(2, batch => batch.Output = _flow.Output);
        await _flow.DispatchAllAsync(_batch);
        for (var index = 0; index < 2; index++)
            await _flow.ProcessAsync(_flow.ItemOf(_batch, index));
        await _flow.ChangeAsync(_batch, batch => batch.CurrentState = BatchStatus.Aggregating);
        _flow.Faults.OnCall = method =>
        {
            if (method == nameof(ILeases.TryTakeAsync))
                Interlocked.Increment(ref _asked);
        };
    }

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Consume_AnotherHoldsTheLease_WritesOnceThatIsReleased()
    {
        Assert.True(await TakeByOtherAsync());
        Volatile.Write(ref _asked, 0);
        var aggregation = AggregateAsync();
        await HasAskedAsync();
        Assert.False(aggregation.IsCompleted);
        Assert.False(Directory.Exists(_flow.Output));

        await Leases.ReleaseAsync(LeaseName, Other, CancellationToken.None);
        await AdvanceUntilAsync(aggregation);

        Assert.Single(_flow.Sent<BatchAggregated>());
        Assert.True(await TakeByOtherAsync(), "The lease was not given back.");
    }

    [Fact]
    public async Task Consume_TheOtherDied_WritesOnceItsLeaseHasRunOut()
    {
        Assert.True(await TakeByOtherAsync());
        Volatile.Write(ref _asked, 0);
        var aggregation = AggregateAsync();

        await AdvanceUntilAsync(aggregation);

        Assert.Single(_flow.Sent<BatchAggregated>());
    }

    [Fact]
    public async Task Consume_TheOtherWasDoneMeanwhile_DoesNotWriteAgain()
    {
        Assert.True(await TakeByOtherAsync());
        Volatile.Write(ref _asked, 0);
        var aggregation = AggregateAsync();
        await HasAskedAsync();

        await _flow.ChangeAsync(_batch, batch => batch.CurrentState = BatchStatus.Completed);
        await AdvanceUntilAsync(aggregation);

        Assert.Empty(_flow.Sent<BatchAggregated>());
        Assert.False(Directory.Exists(_flow.Output));
    }

    private Task<bool> TakeByOtherAsync() => Leases.TryTakeAsync(
        LeaseName, Other, _flow.Time.GetUtcNow(), TimeSpan.FromSeconds(8), CancellationToken.None);

    private Task<Exception?> AggregateAsync() =>
        _flow.SendAsync(QueueNames.Results, new AggregateBatch(_batch.CorrelationId, 0));

    private Task HasAskedAsync() => Eventually.IsTrueAsync(() => Volatile.Read(ref _asked) > 0);

    private async Task AdvanceUntilAsync(Task<Exception?> aggregation)
    {
        await Eventually.IsTrueAsync(() =>
        {
            if (!aggregation.IsCompleted)
                _flow.Time.Advance(TimeSpan.FromSeconds(1));
            return aggregation.IsCompleted;
        });
        Assert.Null(await aggregation);
    }
}
