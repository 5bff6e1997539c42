using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Items;

public sealed class ProcessBatchItemConsumerTests
{
    private static readonly string Queue = QueueNames.Items(BatchPriority.Normal);

    [Fact]
    public async Task Consume_SameMessageTwice_InvokesOnceAndCountsOnce()
    {
        await using var flow = await FlowHarness.StartAsync((Queue, typeof(ProcessBatchItemConsumer)));
        var batch = await flow.AddBatchAsync(FlowHarness.SliceSize);
        await flow.Ledger.AddSliceAsync(WholeSlice(batch), [], CancellationToken.None);
        var item = flow.ItemOf(batch, 1);

        Assert.Null(await flow.SendAsync(Queue, item));
        Assert.Null(await flow.SendAsync(Queue, item));

        Assert.Single(flow.Agents.Calls);
        Assert.Equal(new ItemCounts(3, 1, 0, 0, 0), await flow.CountAsync(batch));
    }

    [Fact]
    public async Task Consume_StoreFails_FaultsAndLeavesTheItemPending()
    {
        await using var flow = await FlowHarness.StartAsync((Queue, typeof(ProcessBatchItemConsumer)));
        var batch = await flow.AddBatchAsync(FlowHarness.SliceSize);
        await flow.Ledger.AddSliceAsync(WholeSlice(batch), [], CancellationToken.None);
        flow.Faults.FailNext("AppendAsync");

        Assert.IsType<StoreException>(await flow.SendAsync(Queue, flow.ItemOf(batch, 1)));

        Assert.Empty(flow.Agents.Calls);
        Assert.Equal(4, (await flow.CountAsync(batch)).Pending);
        Assert.False(flow.Get<InFlightItems>().Any(batch.CorrelationId));
    }

    private static Slice WholeSlice(BatchState batch) => new(
        batch.CorrelationId, 0, InMemorySources.PositionOf(0), InMemorySources.PositionOf(FlowHarness.SliceSize),
        FlowHarness.SliceSize, RowSet.Full(FlowHarness.SliceSize), new(FlowHarness.SliceSize, 0, 0, 0, 0));
}
