using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Consume_ProcessStops_AcknowledgesOnlyWithoutABroker(bool embedded)
    {
        await using var flow = await FlowHarness.StartAsync(
            new WorkerOptions { Embedded = embedded }, (Queue, typeof(ProcessBatchItemConsumer)));
        var batch = await flow.AddBatchAsync(FlowHarness.SliceSize);
        await flow.Ledger.AddSliceAsync(WholeSlice(batch), [], CancellationToken.None);
        flow.Lifetime.StopApplication();

        var consuming = flow.SendAsync(Queue, flow.ItemOf(batch, 1));
        if (!embedded)
        {
            Assert.False(consuming.IsCompleted);
            await flow.Get<ItemReturn>().Stopping(null!);
            await Eventually.IsTrueAsync(() =>
            {
                flow.Time.Advance(TimeSpan.FromMilliseconds(100));
                return consuming.IsCompleted;
            });
        }

        Assert.Equal(embedded ? null : typeof(OperationCanceledException), (await consuming)?.GetType());
        Assert.Empty(flow.Agents.Calls);
        Assert.Empty(flow.Sent<MassTransit.Fault>());
    }

    private static Slice WholeSlice(BatchState batch) => new(
        batch.CorrelationId, 0, InMemorySources.PositionOf(0), InMemorySources.PositionOf(FlowHarness.SliceSize),
        FlowHarness.SliceSize, RowSet.Full(FlowHarness.SliceSize), new(FlowHarness.SliceSize, 0, 0, 0, 0));
}
