using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Dispatch;

public sealed class DispatchBatchConsumerTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;

    public async Task InitializeAsync() =>
        _flow = await FlowHarness.StartAsync((QueueNames.Dispatch, typeof(DispatchBatchConsumer)));

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Consume_FirstSlices_RecordsThemSendsTheirItemsAndReports()
    {
        var batch = await _flow.AddBatchAsync(10);

        Assert.Null(await DispatchAsync(batch, 0, 2));

        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7], _flow.Sent<ProcessBatchItem>().Select(item => item.Index).Order());
        Assert.All(_flow.Sent<ProcessBatchItem>(), item => Assert.Equal(
            ((int)(item.Index / 4), TestAgents.Name, false, $"a{item.Index}"),
            (item.Slice, item.Agent, item.MayRepeat, item.Input.GetProperty("a").GetString())));
        var report = Assert.Single(_flow.Sent<SlicesDispatched>());
        Assert.Equal(
            (0, 2, InMemorySources.PositionOf(8), false),
            (report.FirstSlice, report.Count, report.Next, report.EndOfSource));
        Assert.Equal(new ItemCounts(8, 0, 0, 0, 0), await _flow.CountAsync(batch));
    }

    [Fact]
    public async Task Consume_LastSlices_ReportsTheEndOfTheSource()
    {
        var batch = await _flow.AddBatchAsync(10);

        await DispatchAsync(batch, 0, 4);

        var report = Assert.Single(_flow.Sent<SlicesDispatched>());
        Assert.Equal((3, true), (report.Count, report.EndOfSource));
    }

    [Fact]
    public async Task Consume_EndOnTheBorderOfASlice_IsTheEndOfTheSource()
    {
        var batch = await _flow.AddBatchAsync(8);

        await DispatchAsync(batch, 0, 2);

        Assert.True(Assert.Single(_flow.Sent<SlicesDispatched>()).EndOfSource);
    }

    [Fact]
    public async Task Consume_BehindTheEnd_ReportsNothingButTheEnd()
    {
        var batch = await _flow.AddBatchAsync(8);

        await DispatchAsync(batch, 2, 4);

        var report = Assert.Single(_flow.Sent<SlicesDispatched>());
        Assert.Equal((2, 0, true), (report.FirstSlice, report.Count, report.EndOfSource));
    }

    [Fact]
    public async Task Consume_Repeated_RecordsNothingAndSendsOnlyWhatIsPendingAsPossibleRepeats()
    {
        var batch = await _flow.AddBatchAsync(4);
        await DispatchAsync(batch, 0, 1);
        await _flow.ProcessAsync(_flow.ItemOf(batch, 2));
        var counts = await _flow.CountAsync(batch);
        var sent = _flow.Sent<ProcessBatchItem>().Count;

        await DispatchAsync(batch, 0, 1);

        var again = _flow.Sent<ProcessBatchItem>().Skip(sent).ToList();
        Assert.Equal([0L, 1, 3], again.Select(item => item.Index).Order());
        Assert.All(again, item => Assert.True(item.MayRepeat));
        Assert.Equal(counts, await _flow.CountAsync(batch));
        Assert.Equal(2, _flow.Sent<SlicesDispatched>().Count);
    }

    [Fact]
    public async Task Consume_BadRows_AreRejectedAndTheRestIsSent()
    {
        var batch = await _flow.AddBatchAsync(
        [
            InMemorySources.Csv(0, ["a"], "a0"),
            InMemorySources.Bad(1, "Line 3: a quote is never closed."),
            InMemorySources.Bad(2, "Line 4: a quote is never closed."),
            InMemorySources.Csv(3, ["a"], "a3"),
            InMemorySources.Bad(4, "Line 6: a quote is never closed."),
        ]);

        await DispatchAsync(batch, 0, 2);

        Assert.Equal([0L, 3], _flow.Sent<ProcessBatchItem>().Select(item => item.Index).Order());
        Assert.Equal(new ItemCounts(2, 0, 0, 3, 0), await _flow.CountAsync(batch));
        var report = Assert.Single(_flow.Sent<SlicesDispatched>());
        Assert.Equal([1], report.Settled);
        Assert.Equal([0], report.Draining);
        Assert.Equal("Line 3: a quote is never closed.", (await _flow.FindSettledAsync(batch, 1))!.Failure!.Message);
    }

    [Fact]
    public async Task Consume_EndingBatch_RecordsTheRowsAsCancelled()
    {
        var batch = await _flow.AddBatchAsync(6, b => (b.CurrentState, b.EndReason) = (BatchStatus.Cancelling, "enough"));

        await DispatchAsync(batch, 0, 4);

        Assert.Empty(_flow.Sent<ProcessBatchItem>());
        Assert.Equal(new ItemCounts(0, 0, 0, 0, 6), await _flow.CountAsync(batch));
        Assert.Equal([0, 1], Assert.Single(_flow.Sent<SlicesDispatched>()).Settled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Consume_SourceGoneOrTooShort_SaysSoInsteadOfTryingForEver(bool tooShort)
    {
        var batch = await _flow.AddBatchAsync(10, b => b.TotalRows = tooShort ? 11 : 10);
        if (!tooShort)
            _flow.Sources.Remove(batch.SourceBlob);

        Assert.Null(await DispatchAsync(batch, 0, 4));

        var failed = Assert.Single(_flow.Sent<DispatchFailed>());
        Assert.Contains(tooShort ? "no row 10" : "no row 0", failed.Problem, StringComparison.Ordinal);
        Assert.Empty(_flow.Sent<SlicesDispatched>());
    }

    [Fact]
    public async Task Consume_EndingBatchWhoseSourceIsGone_StillCountsItsRows()
    {
        var batch = await _flow.AddBatchAsync(10, b => b.CurrentState = BatchStatus.Cancelling);
        _flow.Sources.Remove(batch.SourceBlob);

        await DispatchAsync(batch, 0, 4);

        Assert.Equal(new ItemCounts(0, 0, 0, 0, 10), await _flow.CountAsync(batch));
        Assert.True(Assert.Single(_flow.Sent<SlicesDispatched>()).EndOfSource);
    }

    [Fact]
    public async Task Consume_SourceThatGrew_EndsAtTheRowsThatWereSubmitted()
    {
        var batch = await _flow.AddBatchAsync(10, b => b.TotalRows = 6);

        await DispatchAsync(batch, 0, 4);

        Assert.Equal(6, (await _flow.CountAsync(batch)).Total);
    }

    [Fact]
    public async Task Consume_LedgerFails_FaultsAndTheRepeatIsWhole()
    {
        var batch = await _flow.AddBatchAsync(4);
        _flow.Faults.FailNext(nameof(ILedger.AddSliceAsync));

        Assert.IsType<StoreException>(await DispatchAsync(batch, 0, 1));
        Assert.Empty(_flow.Sent<ProcessBatchItem>());
        Assert.Null(await DispatchAsync(batch, 0, 1));

        Assert.Equal(4, _flow.Sent<ProcessBatchItem>().Count);
    }

    [Fact]
    public async Task Consume_BatchThatWasDeleted_IsDropped()
    {
        var batch = await _flow.AddBatchAsync(4);
        await _flow.Get<IBatchStore>().DeleteAsync(batch.CorrelationId, CancellationToken.None);

        Assert.Null(await DispatchAsync(batch, 0, 1));

        Assert.Empty(_flow.Sent<SlicesDispatched>());
    }

    private Task<Exception?> DispatchAsync(BatchState batch, int firstSlice, int slices) => _flow.SendAsync(
        QueueNames.Dispatch,
        new DispatchBatch(
            batch.CorrelationId, InMemorySources.PositionOf(firstSlice * FlowHarness.SliceSize), firstSlice, slices));
}
