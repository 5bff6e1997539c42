using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every ledger does in the first round of a batch.</summary>
public abstract class LedgerConformance : StoreSuite
{
    private readonly Guid _batch = Guid.CreateVersion7();

    private ILedger Ledger => Get<ILedger>();

    [Fact]
    public async Task AddSlice_New_IsRecordedWithAllRowsPending()
    {
        var added = await AddSlice(3, 5);

        var found = await Ledger.FindSliceAsync(_batch, 3, Token);

        Assert.NotNull(found);
        Assert.Equal((added.Start, added.End, added.Count), (found.Start, found.End, found.Count));
        Assert.Equal([0, 1, 2, 3, 4], found.Pending.Numbers());
        Assert.Equal(new ItemCounts(5, 0, 0, 0, 0), found.Counts);
        Assert.Equal((_batch, 3, 24L), (found.BatchId, found.Number, found.FirstIndex));
    }

    [Fact]
    public async Task AddSlice_WithRejectedRows_SettlesThemAtOnce()
    {
        var slice = Samples.Slice(_batch, 0);

        var (added, isNew) = await Ledger.AddSliceAsync(
            slice,
            [
                Samples.Settlement(_batch, 1, ItemState.Rejected),
                Samples.Settlement(_batch, 4, ItemState.Cancelled) with { Event = Samples.Event(_batch, 4) },
            ],
            Token);

        Assert.True(isNew);
        Assert.Equal([0, 2, 3, 5, 6, 7], added.Pending.Numbers());
        Assert.Equal(new ItemCounts(6, 0, 0, 1, 1), added.Counts);
        Assert.Equal(ItemState.Rejected, (await Ledger.FindSettledAsync(_batch, 1, Token))?.State);
        Assert.Equal(added.Counts, await Ledger.CountRecordsAsync(_batch, 0, Token));
        Assert.Single(await Get<IJournal>().ReadAsync(ItemSession.IdFor(_batch, 4), 10, Token));
    }

    [Fact]
    public async Task AddSlice_Again_LeavesTheOlderOneWithItsOutcomes()
    {
        await AddSlice(0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 2), Token);

        var (again, isNew) = await Ledger.AddSliceAsync(
            Samples.Slice(_batch, 0), [Samples.Settlement(_batch, 3, ItemState.Rejected)], Token);

        Assert.False(isNew);
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), again.Counts);
        Assert.DoesNotContain(2, again.Pending.Numbers());
        Assert.Null(await Ledger.FindSettledAsync(_batch, 3, Token));
    }

    [Fact]
    public async Task Settle_PendingItem_IsSettledAndReadableWithAllFields()
    {
        await AddSlice(0);
        var settlement = Samples.Settlement(_batch, 5, ItemState.Failed) with
        {
            Failure = new ItemFailure(
                FailureKind.Throttled, "Slow down: \"x\"", true, TimeSpan.FromSeconds(7), MayHaveRun: true, 429),
        };

        var result = await Ledger.SettleAsync(settlement, Token);

        Assert.Equal(new SettleResult(SettleOutcome.Settled, Pending: 7, Count: 8), result);
        AssertSame(settlement, await Ledger.FindSettledAsync(_batch, 5, Token));
    }

    [Fact]
    public async Task Settle_WithOutput_KeepsItsBytes()
    {
        await AddSlice(0);
        var output = System.Text.Encoding.UTF8.GetBytes("""{"text":"Zoë \u0000 🚚"}""" + new string(' ', 100_000));
        var settlement = Samples.Settlement(_batch, 0) with { Output = output, StartedAt = null, ItemId = null };

        await Ledger.SettleAsync(settlement, Token);

        AssertSame(settlement, await Ledger.FindSettledAsync(_batch, 0, Token));
    }

    [Fact]
    public async Task Settle_Twice_KeepsTheFirstOutcomeAndCountsOnce()
    {
        await AddSlice(0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed), Token);

        var result = await Ledger.SettleAsync(Samples.Settlement(_batch, 0), Token);

        Assert.Equal(new SettleResult(SettleOutcome.AlreadySettled, Pending: 7, Count: 8), result);
        Assert.Equal(ItemState.Failed, (await Ledger.FindSettledAsync(_batch, 0, Token))?.State);
        Assert.Equal(new ItemCounts(7, 0, 1, 0, 0), await Ledger.CountAsync(_batch, Token));
    }

    [Fact]
    public async Task Settle_LastPendingRow_SaysSoAlsoWhenRepeated()
    {
        await AddSlice(0, 2);

        var first = await Ledger.SettleAsync(Samples.Settlement(_batch, 1), Token);
        var last = await Ledger.SettleAsync(Samples.Settlement(_batch, 0), Token);
        var repeated = await Ledger.SettleAsync(Samples.Settlement(_batch, 1), Token);

        Assert.Equal((false, true, true), (first.SliceSettled, last.SliceSettled, repeated.SliceSettled));
    }

    [Fact]
    public async Task Settle_WithEvent_JournalsItOnlyWithTheOutcomeThatCounts()
    {
        await AddSlice(0);
        var succeeded = Samples.Event(_batch, 0, JournalStatus.InvocationSucceeded);
        var failed = Samples.Event(_batch, 0, JournalStatus.InvocationFailed);

        await Ledger.SettleAsync(Samples.Settlement(_batch, 0) with { Event = succeeded }, Token);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed) with { Event = failed }, Token);

        Assert.Equal([succeeded], await Get<IJournal>().ReadAsync(succeeded.SessionId, 10, Token));
        var found = (await Ledger.FindSettledAsync(_batch, 0, Token))?.Event;
        Assert.True(found is null || found == succeeded);
    }

    [Fact]
    public async Task Settle_NoSuchSlice_IsNotFoundAndWritesNothing()
    {
        await AddSlice(0);
        var elsewhere = Samples.Settlement(_batch, 8) with { Event = Samples.Event(_batch, 8) };

        Assert.Equal(SettleOutcome.NotFound, (await Ledger.SettleAsync(elsewhere, Token)).Outcome);
        Assert.Equal(
            SettleOutcome.NotFound,
            (await Ledger.SettleAsync(Samples.Settlement(Guid.CreateVersion7(), 0), Token)).Outcome);
        Assert.Empty(await Get<IJournal>().ReadAsync(elsewhere.Event.SessionId, 10, Token));
        Assert.Null(await Ledger.FindSettledAsync(_batch, 8, Token));
    }

    [Fact]
    public async Task Settle_RowOutsideItsSlice_IsNotFound()
    {
        await AddSlice(0, 3);

        var result = await Ledger.SettleAsync(Samples.Settlement(_batch, 3), Token);

        Assert.Equal(SettleOutcome.NotFound, result.Outcome);
    }

    [Fact]
    public async Task Settle_AsPending_IsRefused()
    {
        await AddSlice(0);

        await Assert.ThrowsAsync<ArgumentException>(
            () => Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Pending), Token));
    }

    [Fact]
    public async Task Settle_SameItemFromManyAtOnce_SettlesOnce()
    {
        await AddSlice(0);
        var other = (ILedger)OpenAgain().GetService(typeof(ILedger))!;

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => (i % 2 == 0 ? Ledger : other)
            .SettleAsync(Samples.Settlement(_batch, i % 4, (ItemState)(1 + (i % 3))), Token)));

        Assert.Equal(4, results.Count(result => result.Outcome == SettleOutcome.Settled));
        Assert.Equal(60, results.Count(result => result.Outcome == SettleOutcome.AlreadySettled));
        var counts = await Ledger.CountAsync(_batch, Token);
        Assert.Equal((4L, 4L), (counts.Pending, counts.Settled));
        Assert.Equal(counts, await Ledger.CountRecordsAsync(_batch, 0, Token));
    }

    [Fact]
    public async Task ReadSlices_Pages_ComeByNumberFromAnyPlace()
    {
        foreach (var number in new[] { 2, 0, 1, 3 })
            await AddSlice(number);
        for (var index = 8; index < 16; index++)
            await Ledger.SettleAsync(Samples.Settlement(_batch, index), Token);

        Assert.Equal([1, 2], await Numbers(1, 2, pendingOnly: false));
        Assert.Equal([0, 2, 3], await Numbers(0, 10, pendingOnly: true));
        Assert.Equal([2], await Numbers(1, 1, pendingOnly: true));
        Assert.Empty(await Numbers(4, 10, pendingOnly: false));
    }

    [Fact]
    public async Task Count_ManySlices_SumsThem()
    {
        for (var number = 0; number < 3; number++)
            await AddSlice(number);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0), Token);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 9, ItemState.Failed), Token);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 17, ItemState.Cancelled), Token);

        Assert.Equal(new ItemCounts(21, 1, 1, 0, 1), await Ledger.CountAsync(_batch, Token));
        Assert.Equal(default, await Ledger.CountAsync(Guid.CreateVersion7(), Token));
    }

    [Fact]
    public async Task ReadSettled_RangeStateAndLimit_AreKept()
    {
        await AddSlice(0);
        await AddSlice(1);
        foreach (var index in new long[] { 9, 0, 3, 12, 5 })
            await Ledger.SettleAsync(
                Samples.Settlement(_batch, index, index % 2 == 0 ? ItemState.Succeeded : ItemState.Failed), Token);

        Assert.Equal([0, 3, 5, 9, 12], await Settled(0, 16, null, 100));
        Assert.Equal([3, 5], await Settled(1, 9, null, 100));
        Assert.Equal([0, 12], await Settled(0, long.MaxValue, ItemState.Succeeded, 100));
        Assert.Equal([3, 5], await Settled(0, 16, ItemState.Failed, 2));
        Assert.Empty(await Settled(0, 16, ItemState.Rejected, 100));
    }

    [Fact]
    public async Task FindIndex_ByTheUsersId_FindsTheSettledRowOfThatBatch()
    {
        await AddSlice(0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 3) with { ItemId = "A-1" }, Token);
        var other = Guid.CreateVersion7();
        await Ledger.AddSliceAsync(Samples.Slice(other, 0), [], Token);
        await Ledger.SettleAsync(Samples.Settlement(other, 6) with { ItemId = "A-1" }, Token);

        Assert.Equal(3, await Ledger.FindIndexAsync(_batch, "A-1", Token));
        Assert.Equal(6, await Ledger.FindIndexAsync(other, "A-1", Token));
        Assert.Null(await Ledger.FindIndexAsync(_batch, "a-1", Token));
    }

    [Fact]
    public async Task Records_OfAnotherView_AreTheSame()
    {
        await AddSlice(0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 3), Token);
        var other = (ILedger)OpenAgain().GetService(typeof(ILedger))!;

        Assert.Equal(SettleOutcome.AlreadySettled, (await other.SettleAsync(Samples.Settlement(_batch, 3), Token)).Outcome);
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), await other.CountAsync(_batch, Token));
    }

    [Fact]
    public async Task DeleteBatch_LeavesNothingOfItAndAllOfOthers()
    {
        var other = Guid.CreateVersion7();
        foreach (var batch in new[] { _batch, other })
        {
            await Ledger.AddSliceAsync(Samples.Slice(batch, 0), [], Token);
            await Ledger.SettleAsync(
                Samples.Settlement(batch, 0) with { Event = Samples.Event(batch, 0) }, Token);
        }

        await Ledger.DeleteBatchAsync(_batch, Token);
        await Ledger.DeleteBatchAsync(_batch, Token);

        Assert.Null(await Ledger.FindSliceAsync(_batch, 0, Token));
        Assert.Null(await Ledger.FindSettledAsync(_batch, 0, Token));
        Assert.Null(await Ledger.FindIndexAsync(_batch, "row-0", Token));
        Assert.Equal(SettleOutcome.NotFound, (await Ledger.SettleAsync(Samples.Settlement(_batch, 1), Token)).Outcome);
        Assert.Empty(await Get<IJournal>().ReadAsync(ItemSession.IdFor(_batch, 0), 10, Token));
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), await Ledger.CountAsync(other, Token));
        Assert.Single(await Get<IJournal>().ReadAsync(ItemSession.IdFor(other, 0), 10, Token));
    }

    [Fact]
    public async Task DeleteBatch_ThenTheSameAgain_StartsAnew()
    {
        await AddSlice(0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0), Token);
        await Ledger.DeleteBatchAsync(_batch, Token);

        var added = await AddSlice(0);

        Assert.Equal(new ItemCounts(8, 0, 0, 0, 0), added.Counts);
        Assert.Empty(await Settled(0, 8, null, 10));
    }

    private async Task<Slice> AddSlice(int number, int count = Samples.SliceSize) =>
        (await Ledger.AddSliceAsync(Samples.Slice(_batch, number, count), [], Token)).Slice;

    private async Task<IEnumerable<int>> Numbers(int from, int limit, bool pendingOnly) =>
        (await Ledger.ReadSlicesAsync(_batch, from, limit, pendingOnly, Token)).Select(slice => slice.Number);

    private async Task<IEnumerable<long>> Settled(long from, long to, ItemState? state, int limit) =>
        (await Ledger.ReadSettledAsync(_batch, from, to, state, limit, Token)).Select(item => item.Index);

    private static void AssertSame(Settlement expected, Settlement? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Output.ToArray(), actual.Output.ToArray());
        Assert.Equal(expected with { Output = default, Event = null }, actual with { Output = default });
    }
}
