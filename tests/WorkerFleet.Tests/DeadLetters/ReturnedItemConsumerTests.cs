using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.DeadLetters;

/// <summary>Items that the broker took from their queue, because they were delivered too often.</summary>
public sealed class ReturnedItemConsumerTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync((QueueNames.DeadLetter, typeof(ReturnedItemConsumer)));
        _batch = await _flow.AddBatchAsync(4);
        await _flow.DispatchAllAsync(_batch);
    }

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Consume_PendingItem_IsSentAnewAsAPossibleRepeatAndJournaled()
    {

        Assert.Null(await ReturnAsync());

        Assert.Equal([1], SentAnew());
        Assert.Single(await ReturnsAsync());
        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
    }

    [Fact]
    public async Task Consume_ThirdReturn_FailsTheItemForGoodAndReportsIt()
    {
        await ReturnAsync();
        await ReturnAsync();

        Assert.Null(await ReturnAsync());

        var failure = await ShouldHaveFailedAsync();
        Assert.False(failure.MayHaveRun);
        Assert.Equal([1, 1], SentAnew());
        await Eventually.IsTrueAsync(() => _flow.Sent<ItemsExhausted>().Count == 1);
    }

    [Fact]
    public async Task Consume_ThirdReturnOfAnItemThatWasBegun_SaysThatItMayHaveRun()
    {
        await _flow.Get<IJournal>().AppendAsync(
            new(SessionOf(1), JournalEvent.IdFor(0, 1, 0, JournalStatus.InvocationStarted), _flow.Time.GetUtcNow(),
                JournalStatus.InvocationStarted, 1, "a worker that died"),
            CancellationToken.None);

        for (var i = 0; i < 3; i++)
            await ReturnAsync();

        Assert.True((await ShouldHaveFailedAsync()).MayHaveRun);
    }

    [Fact]
    public async Task Consume_MessageFromBeforeAReplay_CountsForTheRoundThereIs()
    {
        await _flow.ChangeAsync(_batch, batch => batch.Round = 1);

        for (var i = 0; i < 3; i++)
            await ReturnAsync();

        await ShouldHaveFailedAsync();
    }

    [Fact]
    public async Task Consume_SettledItem_IsDropped()
    {
        _flow.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Null(await ReturnAsync());

        Assert.Empty(SentAnew());
        Assert.Empty(await ReturnsAsync());
    }

    [Fact]
    public async Task Consume_ItemOfNoBatch_IsDropped()
    {
        Assert.Null(await _flow.SendAsync(
            QueueNames.DeadLetter, _flow.ItemOf(_batch, 1) with { BatchId = Guid.CreateVersion7() }));

        Assert.Empty(await ReturnsAsync());
    }

    [Fact]
    public async Task Consume_JournalFails_FaultsSoThatItIsTriedAgainAndCountedOnce()
    {
        _flow.Faults.FailNext(nameof(IJournal.AppendAsync));
        Assert.IsType<StoreException>(await ReturnAsync());
        Assert.Empty(await ReturnsAsync());

        Assert.Null(await ReturnAsync());

        Assert.Single(await ReturnsAsync());
    }

    [Fact]
    public async Task Consume_LedgerFails_SendsNothing()
    {
        _flow.Faults.FailNext(nameof(ILedger.FindSettledAsync));

        Assert.IsType<StoreException>(await ReturnAsync());

        Assert.Empty(SentAnew());
    }

    private string SessionOf(long index) => ItemSession.IdFor(_batch.CorrelationId, index);

    private Task<Exception?> ReturnAsync() => _flow.SendAsync(QueueNames.DeadLetter, _flow.ItemOf(_batch, 1));

    /// <summary>Indexes of what was sent as a possible repeat; what the dispatcher and the test send is none.</summary>
    private IEnumerable<long> SentAnew() => _flow.Sent<ProcessBatchItem>().Where(item => item.MayRepeat).Select(item => item.Index);

    private async Task<IReadOnlyList<JournalEvent>> ReturnsAsync() =>
        [.. (await _flow.ReadJournalAsync(_batch, 1)).Where(e => e.Status == JournalStatus.Returned)];

    private async Task<ItemFailure> ShouldHaveFailedAsync()
    {
        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal(ItemState.Failed, settled?.State);
        Assert.Equal((FailureKind.WorkerLost, false), (settled!.Failure!.Kind, settled.Failure.Retryable));
        return settled.Failure;
    }
}
