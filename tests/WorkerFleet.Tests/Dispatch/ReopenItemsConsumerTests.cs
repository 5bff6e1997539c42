using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Dispatch;

public sealed class ReopenItemsConsumerTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;

    public async Task InitializeAsync() =>
        _flow = await FlowHarness.StartAsync((QueueNames.Dispatch, typeof(ReopenItemsConsumer)));

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Consume_AllFailed_ReopensAndSendsExactlyThese()
    {
        var batch = await FailedAsync(8, failing: [1, 6]);
        var sent = _flow.Sent<ProcessBatchItem>().Count;

        await ReplayAsync(batch);

        Assert.Equal(new ItemCounts(2, 6, 0, 0, 0), await _flow.CountAsync(batch));
        var items = _flow.Sent<ProcessBatchItem>().Skip(sent).ToList();
        Assert.Equal([1L, 6], items.Select(item => item.Index).Order());
        Assert.All(items, item => Assert.Equal((1, true), (item.Round, item.MayRepeat)));
        Assert.Equal([0, 1], _flow.Sent<SlicesReopened>().SelectMany(message => message.Slices).Order());
        Assert.Equal(2, Assert.Single(_flow.Sent<ItemsReopened>()).Count);
    }

    [Fact]
    public async Task Consume_Reopened_CountsItsAttemptsOn()
    {
        var batch = await FailedAsync(4, failing: [1]);
        await ReplayAsync(batch);
        _flow.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()));

        await _flow.ProcessAsync(_flow.Sent<ProcessBatchItem>()[^1]);

        Assert.Equal([1, 2], _flow.Agents.Calls.Where(call => call.Index == 1).Select(call => call.Attempt));
        var settled = await _flow.FindSettledAsync(batch, 1);
        Assert.Equal((ItemState.Succeeded, 2, 1), (settled!.State, settled.Attempts, settled.Round));
        Assert.Single(await _flow.ReadJournalAsync(batch, 1), e => e.Status == JournalStatus.ReplayRequested);
    }

    [Fact]
    public async Task Consume_RowThatUsedSomething_CountsEachOfItsCallsOnce()
    {
        _flow.Agents.Price = new() { PerCall = 1 };
        var batch = await FailedAsync(4, failing: [1], mayHaveRun: true);

        await ReplayAsync(batch);
        await ReplayAsync(batch);
        Assert.Equal(4m, await CostAsync(batch));
        await _flow.ProcessAsync(_flow.Sent<ProcessBatchItem>()[^1]);
        await ReplayAsync(batch, round: 2);
        _flow.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()));
        await _flow.ProcessAsync(_flow.Sent<ProcessBatchItem>()[^1]);

        var settled = (await _flow.FindSettledAsync(batch, 1))!;
        Assert.Equal((ItemState.Succeeded, 3, 2), (settled.State, settled.Attempts, settled.Round));
        Assert.Equal(new ItemUsage(new(CostUsd: 1), new(CostUsd: 2)), settled.Usage);
        Assert.Equal(6m, await CostAsync(batch));
    }

    [Fact]
    public async Task Consume_Repeated_ReopensNothingTwice()
    {
        var batch = await FailedAsync(4, failing: [1]);
        await ReplayAsync(batch);
        await _flow.ProcessAsync(_flow.Sent<ProcessBatchItem>()[^1]);
        Assert.Equal(1, (await _flow.CountAsync(batch)).Failed);

        await ReplayAsync(batch);

        Assert.Equal(1, (await _flow.CountAsync(batch)).Failed);
        Assert.Equal([1L, 0], _flow.Sent<ItemsReopened>().Select(message => message.Count));
    }

    [Fact]
    public async Task Consume_ByIndex_LeavesTheOthersFailed()
    {
        var batch = await FailedAsync(8, failing: [1, 6]);

        await ReplayAsync(batch, indexes: [6, 7]);

        Assert.Equal(new ItemCounts(1, 6, 1, 0, 0), await _flow.CountAsync(batch));
        Assert.Null(await _flow.FindSettledAsync(batch, 6));
    }

    [Fact]
    public async Task Consume_SliceWithRowsThatWorkersHave_SendsOnlyWhatItReopened()
    {
        var batch = await FailedAsync(FlowHarness.SliceSize, failing: [1], processed: 2);
        var sent = _flow.Sent<ProcessBatchItem>().Count;

        await ReplayAsync(batch);

        Assert.Equal([1L], _flow.Sent<ProcessBatchItem>().Skip(sent).Select(item => item.Index));
    }

    [Fact]
    public async Task Consume_ByGroup_LeavesOtherCausesFailed()
    {
        var batch = await FailedAsync(8, failing: [1, 6], message: index => index == 1 ? "No route." : "No money.");
        var group = FailureGroup.IdOf((await _flow.FindSettledAsync(batch, 6))!.Failure!);

        await ReplayAsync(batch, group: group);

        Assert.NotNull(await _flow.FindSettledAsync(batch, 1));
        Assert.Null(await _flow.FindSettledAsync(batch, 6));
    }

    [Fact]
    public async Task Consume_ItemsThatFailedAfterTheRequest_StayAsTheyAre()
    {
        var batch = await FailedAsync(4, failing: [1]);

        await ReplayAsync(batch, requestedAt: _flow.Time.GetUtcNow() - TimeSpan.FromSeconds(1));

        Assert.Equal(1, (await _flow.CountAsync(batch)).Failed);
    }

    [Fact]
    public async Task Consume_CancelledRows_ComeBackAndBadOnesAreRejectedNow()
    {
        var batch = await _flow.AddBatchAsync(
            [
                InMemorySources.Csv(0, ["a"], "a0"),
                InMemorySources.Bad(1, "Line 3 is bad."),
                InMemorySources.Csv(2, ["a"], "a2"),
            ],
            b => b.CurrentState = BatchStatus.Cancelling);
        await _flow.DispatchAllAsync(batch);
        Assert.Equal(3, (await _flow.CountAsync(batch)).Cancelled);

        await ReplayAsync(batch);

        Assert.Equal(new ItemCounts(2, 0, 0, 1, 0), await _flow.CountAsync(batch));
        var rejected = (await _flow.FindSettledAsync(batch, 1))!;
        Assert.Equal((ItemState.Rejected, 1), (rejected.State, rejected.Round));
    }

    [Fact]
    public async Task Consume_OnlyBadCancelledRows_TellsThatTheSliceIsSettled()
    {
        var batch = await _flow.AddBatchAsync(
            [InMemorySources.Bad(0, "Line 2 is bad.")], b => b.CurrentState = BatchStatus.Cancelling);
        await _flow.DispatchAllAsync(batch);

        await ReplayAsync(batch);

        Assert.Equal([new SliceSettled(batch.CorrelationId, 0)], _flow.Sent<SliceSettled>());
    }

    [Fact]
    public async Task Consume_DeadLetters_AreMarkedEvenWhenReopeningFailsAtFirst()
    {
        var batch = await FailedAsync(4, failing: [1]);
        await _flow.Get<IDeadLetters>().AddAsync(
            [DeadLetter.Of((await _flow.FindSettledAsync(batch, 1))!)], CancellationToken.None);
        _flow.Faults.FailNext(nameof(IDeadLetters.MarkReplayedAsync));

        Assert.IsType<StoreException>(await StartReplayAsync(batch));
        await StartReplayAsync(batch);
        await Eventually.IsTrueAsync(() => _flow.Sent<ItemsReopened>().Count == 1);

        var letter = Assert.Single(await _flow.Get<IDeadLetters>().ReadAsync(
            new(batch.CorrelationId), CancellationToken.None));
        Assert.Equal(DeadLetterState.Replayed, letter.State);
        Assert.Equal(1, (await _flow.CountAsync(batch)).Pending);
    }

    [Fact]
    public async Task Consume_ArchivedLetters_AreLeftUnlessTheirRowsAreNamed()
    {
        var batch = await FailedAsync(8, failing: [1, 5, 6]);
        foreach (var index in (long[])[1, 5, 6])
            await _flow.Get<IDeadLetters>().AddAsync(
                [DeadLetter.Of((await _flow.FindSettledAsync(batch, index))!)], CancellationToken.None);
        await new LetterArchive(_flow.Get<IDeadLetters>(), _flow.Time).ArchiveAsync(
            new(batch.CorrelationId, [5, 6]), LetterArchive.MostLetters, CancellationToken.None);

        await ReplayAsync(batch);
        Assert.Equal(new ItemCounts(1, 5, 2, 0, 0), await _flow.CountAsync(batch));
        await ReplayAsync(batch, indexes: [5]);

        Assert.Equal(new ItemCounts(2, 5, 1, 0, 0), await _flow.CountAsync(batch));
        var letters = await _flow.Get<IDeadLetters>().ReadAsync(new(batch.CorrelationId), CancellationToken.None);
        Assert.Equal(
            [DeadLetterState.Replayed, DeadLetterState.Replayed, DeadLetterState.Archived],
            letters.Select(letter => letter.State));
    }

    [Fact]
    public async Task Consume_MoreThanTheWorkersHaveRoomFor_WaitsInTheSchedule()
    {
        var room = (int)DispatchWindow.ReplayedItemsOf(new());
        var rows = room + 600;
        var batch = await _flow.AddBatchAsync(rows, b =>
        {
            b.CurrentState = BatchStatus.Cancelling;
            b.Spec = b.Spec with { Limits = b.Spec.Limits with { SliceSize = 256 } };
        });
        await _flow.DispatchAllAsync(batch);

        await StartReplayAsync(batch);
        await Eventually.HoldsAsync(
            () => _flow.Get<ISchedule>().CountAsync(batch.CorrelationId, QueueNames.Dispatch, CancellationToken.None),
            waiting => waiting == 1);

        var pending = (await _flow.CountAsync(batch)).Pending;
        Assert.InRange(pending, room, room + 256);
        Assert.Empty(_flow.Sent<ItemsReopened>());
    }

    [Theory]
    [InlineData(BatchStatus.Paused)]
    [InlineData(BatchStatus.Processing)]
    public async Task Consume_PausedBatchOrAnotherReplay_ReopensNothing(string status)
    {
        var batch = await FailedAsync(4, failing: [1]);
        await _flow.ChangeAsync(batch, b => b.CurrentState = status);

        await _flow.SendAsync(QueueNames.Dispatch, new ReopenItems(batch.CorrelationId, 1, NewReplay(batch)));

        Assert.Equal(1, (await _flow.CountAsync(batch)).Failed);
    }

    [Fact]
    public async Task Consume_SourceGone_SaysSo()
    {
        var batch = await FailedAsync(4, failing: [1]);
        _flow.Sources.Remove(batch.SourceBlob);

        Assert.Null(await StartReplayAsync(batch));

        Assert.Single(_flow.Sent<DispatchFailed>());
    }

    /// <summary>A batch some of whose items failed; it is over, unless only some are processed.</summary>
    private async Task<BatchState> FailedAsync(
        int rows, long[] failing, Func<long, string>? message = null, int? processed = null, bool mayHaveRun = false)
    {
        var batch = await _flow.AddBatchAsync(rows);
        await _flow.DispatchAllAsync(batch);
        _flow.Agents.Answer(call => failing.Contains(call.Index)
            ? AgentReply.Fail(
                TestAgents.Fail(retryable: false, message?.Invoke(call.Index) ?? "It broke.").Failure! with
                {
                    MayHaveRun = mayHaveRun,
                })
            : AgentReply.Succeed("1"u8.ToArray()));
        for (var i = 0; i < (processed ?? rows); i++)
            await _flow.ProcessAsync(_flow.ItemOf(batch, i));
        return batch;
    }

    private async Task<decimal?> CostAsync(BatchState batch) =>
        (await _flow.Ledger.SumAsync(batch.CorrelationId, CancellationToken.None)).Usage.CostUsd;

    private ReplayItems NewReplay(
        BatchState batch, IReadOnlyList<long>? indexes = null, string? group = null, DateTimeOffset? requestedAt = null) =>
        new(batch.CorrelationId, Guid.CreateVersion7(), indexes, group, requestedAt ?? _flow.Time.GetUtcNow());

    private async Task<Exception?> StartReplayAsync(
        BatchState batch, IReadOnlyList<long>? indexes = null, string? group = null, DateTimeOffset? requestedAt = null,
        int round = 1)
    {
        var replay = NewReplay(batch, indexes, group, requestedAt);
        _flow.Time.Advance(TimeSpan.FromSeconds(1));
        await _flow.ChangeAsync(batch, b => (b.CurrentState, b.Round, b.Replay) = (BatchStatus.Processing, round, replay));
        return await _flow.SendAsync(QueueNames.Dispatch, new ReopenItems(batch.CorrelationId, round, replay));
    }

    private async Task ReplayAsync(
        BatchState batch, IReadOnlyList<long>? indexes = null, string? group = null, DateTimeOffset? requestedAt = null,
        int round = 1)
    {
        var before = _flow.Sent<ItemsReopened>().Count;
        Assert.Null(await StartReplayAsync(batch, indexes, group, requestedAt, round));
        await Eventually.IsTrueAsync(() => _flow.Sent<ItemsReopened>().Count == before + 1);
    }
}
