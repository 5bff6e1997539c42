using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Dispatch;

public sealed class RedriveItemsConsumerTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;

    public async Task InitializeAsync() =>
        _flow = await FlowHarness.StartAsync((QueueNames.Dispatch, typeof(RedriveItemsConsumer)));

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Consume_PendingAndSettledSlices_SendsWhatTheSagaAndTheWorkersLack()
    {
        var batch = await DispatchedAsync(16);
        await SettleAsync(batch, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        await _flow.ChangeAsync(batch, b => b.SettledSlices.Add(0));
        var (sent, settled, draining) = (_flow.Sent<ProcessBatchItem>().Count, _flow.Sent<SliceSettled>().Count,
            _flow.Sent<SliceDraining>().Count);

        Assert.Null(await RedriveAsync(batch));

        var items = _flow.Sent<ProcessBatchItem>().Skip(sent).ToList();
        Assert.Equal([10L, 11, 12, 13, 14, 15], items.Select(item => item.Index).Order());
        Assert.All(items, item => Assert.True(item.MayRepeat));
        Assert.Equal([new SliceSettled(batch.CorrelationId, 1)], _flow.Sent<SliceSettled>().Skip(settled));
        Assert.Equal([new SliceDraining(batch.CorrelationId, 2)], _flow.Sent<SliceDraining>().Skip(draining));
    }

    [Fact]
    public async Task Consume_ManySlices_GoesOnInAChainToTheEnd()
    {
        var batch = await DispatchedAsync(40 * FlowHarness.SliceSize);

        await RedriveAsync(batch);
        await Eventually.IsTrueAsync(() => _flow.Sent<RedriveItems>().Count == 3);
        await Eventually.IsTrueAsync(() => _flow.Sent<ProcessBatchItem>().Count == 2 * 40 * FlowHarness.SliceSize);

        Assert.Equal([0, 16, 32], _flow.Sent<RedriveItems>().Select(message => message.FromSlice).Order());
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(16, 1)]
    [InlineData(17, 2)]
    public async Task Consume_SlicesThatAreBeingDispatched_AreLeftAlone(int upTo, int messages)
    {
        var batch = await DispatchedAsync(20 * FlowHarness.SliceSize);
        var sent = _flow.Sent<ProcessBatchItem>().Count;
        var replay = new ReopenItems(
            batch.CorrelationId, 1, new(batch.CorrelationId, Guid.CreateVersion7(), null, null, _flow.Time.GetUtcNow()));

        await _flow.SendAsync(QueueNames.Dispatch, new RedriveItems(batch.CorrelationId, 0, upTo, replay));
        await Eventually.IsTrueAsync(() => _flow.Sent<ReopenItems>().Count == 1);

        Assert.Equal(messages, _flow.Sent<RedriveItems>().Count);
        Assert.Equal(replay, Assert.Single(_flow.Sent<ReopenItems>()));
        Assert.Equal(Enumerable.Range(0, upTo * FlowHarness.SliceSize),
            _flow.Sent<ProcessBatchItem>().Skip(sent).Select(item => (int)item.Index).Order());
    }

    [Fact]
    public async Task Consume_PausedBatch_SendsNothing()
    {
        var batch = await DispatchedAsync(4);
        await _flow.ChangeAsync(batch, b => b.CurrentState = BatchStatus.Paused);
        var sent = _flow.Sent<ProcessBatchItem>().Count;

        await RedriveAsync(batch);

        Assert.Equal(sent, _flow.Sent<ProcessBatchItem>().Count);
    }

    [Fact]
    public async Task Consume_EndingBatchWhoseSourceIsGone_SendsItsRowsToBeCancelled()
    {
        var batch = await DispatchedAsync(4);
        await _flow.ChangeAsync(batch, b => b.CurrentState = BatchStatus.Cancelling);
        _flow.Sources.Remove(batch.SourceBlob);
        var sent = _flow.Sent<ProcessBatchItem>().Count;

        await RedriveAsync(batch);

        Assert.All(_flow.Sent<ProcessBatchItem>().Skip(sent), item => Assert.Equal("", item.Agent));
        Assert.Equal(sent + 4, _flow.Sent<ProcessBatchItem>().Count);
    }

    [Fact]
    public async Task Consume_SourceGone_SaysSo()
    {
        var batch = await DispatchedAsync(4);
        _flow.Sources.Remove(batch.SourceBlob);

        Assert.Null(await RedriveAsync(batch));

        Assert.Equal(batch.CorrelationId, Assert.Single(_flow.Sent<DispatchFailed>()).BatchId);
    }

    private async Task<BatchState> DispatchedAsync(int rows)
    {
        var batch = await _flow.AddBatchAsync(rows);
        await _flow.DispatchAllAsync(batch);
        return batch;
    }

    private async Task SettleAsync(BatchState batch, params IEnumerable<long> indexes)
    {
        foreach (var index in indexes)
            await _flow.ProcessAsync(_flow.ItemOf(batch, index));
    }

    private Task<Exception?> RedriveAsync(BatchState batch) =>
        _flow.SendAsync(QueueNames.Dispatch, new RedriveItems(batch.CorrelationId, 0));
}
