using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every ledger does when failed items are run again.</summary>
public abstract class ReopenConformance : StoreSuite
{
    private readonly Guid _batch = Guid.CreateVersion7();

    private ILedger Ledger => Get<ILedger>();

    [Fact]
    public async Task Reopen_FailedAndCancelled_ArePendingAgainWithTheirAttempts()
    {
        await Settle(
            (0, ItemState.Failed), (1, ItemState.Succeeded), (2, ItemState.Cancelled), (3, ItemState.Rejected));

        var reopened = await Reopen(1, 0, 1, 2, 3, 4);

        Assert.Equal([new ReopenedItem(0, 1), new ReopenedItem(2, 1)], reopened);
        var slice = await Ledger.FindSliceAsync(_batch, 0, Token);
        Assert.Equal([0, 2, 4, 5, 6, 7], slice!.Pending.Numbers());
        Assert.Equal(new ItemCounts(6, 1, 0, 1, 0), slice.Counts);
        Assert.Equal(slice.Counts, await Ledger.CountRecordsAsync(_batch, 0, Token));
    }

    [Fact]
    public async Task Reopen_Item_HasNoOutcomeUntilItIsSettledAgain()
    {
        await Settle((0, ItemState.Failed));
        await Reopen(1, 0);

        Assert.Null(await Ledger.FindSettledAsync(_batch, 0, Token));
        Assert.Null(await Ledger.FindIndexAsync(_batch, "row-0", Token));
        Assert.Empty(await Ledger.ReadSettledAsync(_batch, 0, 8, null, 10, Token));
        Assert.Empty(await Ledger.ReadSettledAsync(_batch, 0, 8, ItemState.Failed, 10, Token));
    }

    [Fact]
    public async Task Reopen_Repeated_ChangesNothingAndReturnsTheSame()
    {
        await Settle((0, ItemState.Failed), (1, ItemState.Failed));

        var first = await Reopen(1, 0, 1);
        var again = await Reopen(1, 0, 1, 1);

        Assert.Equal(first, again);
        Assert.Equal(new ItemCounts(8, 0, 0, 0, 0), await Ledger.CountAsync(_batch, Token));
    }

    [Fact]
    public async Task Reopen_RepeatedAfterOneSettledAgain_LeavesThatOne()
    {
        await Settle((0, ItemState.Failed), (1, ItemState.Failed));
        await Reopen(1, 0, 1);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed, round: 1), Token);

        var again = await Reopen(1, 0, 1);

        Assert.Equal([new ReopenedItem(1, 1)], again);
        Assert.Equal(new ItemCounts(7, 0, 1, 0, 0), await Ledger.CountAsync(_batch, Token));
    }

    [Fact]
    public async Task Settle_OfAnEarlierRound_IsStaleBothBeforeAndAfterTheNewOutcome()
    {
        await Settle((0, ItemState.Failed));
        await Reopen(1, 0);

        var late = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, round: 0), Token);
        var settled = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed, round: 1), Token);
        var later = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, round: 0), Token);

        Assert.Equal(SettleOutcome.Stale, late.Outcome);
        Assert.Equal(SettleOutcome.Settled, settled.Outcome);
        Assert.Equal(SettleOutcome.Stale, later.Outcome);
        Assert.Equal(1, (await Ledger.FindSettledAsync(_batch, 0, Token))?.Round);
    }

    [Fact]
    public async Task Settle_OfTheNewRound_GivesANewOutcome()
    {
        await Settle((0, ItemState.Failed));
        await Reopen(1, 0);

        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, round: 1), Token);

        var settled = await Ledger.FindSettledAsync(_batch, 0, Token);
        Assert.Equal((ItemState.Succeeded, 1, 2), (settled!.State, settled.Round, settled.Attempts));
        Assert.Null(settled.Failure);
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), await Ledger.CountAsync(_batch, Token));
    }

    [Fact]
    public async Task Settle_LastRowOfAReopenedSlice_SaysThatTheSliceIsSettled()
    {
        await Ledger.AddSliceAsync(Samples.Slice(_batch, 0, 1), [], Token);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed), Token);
        await Reopen(1, 0);

        var stale = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed), Token);
        var settled = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, round: 1), Token);

        Assert.Equal((false, true), (stale.SliceSettled, settled.SliceSettled));
    }

    [Fact]
    public async Task Settle_NeverSettledItemInALaterRound_IsTaken()
    {
        await Ledger.AddSliceAsync(Samples.Slice(_batch, 0), [], Token);

        var settled = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, round: 2), Token);
        var late = await Ledger.SettleAsync(Samples.Settlement(_batch, 0, round: 0), Token);

        Assert.Equal((SettleOutcome.Settled, SettleOutcome.Stale), (settled.Outcome, late.Outcome));
    }

    [Fact]
    public async Task Reopen_OfAnEarlierRound_ChangesNothing()
    {
        await Settle((0, ItemState.Failed));
        await Reopen(2, 0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed, round: 2), Token);

        Assert.Empty(await Reopen(1, 0));
        Assert.Empty(await Reopen(2, 0));
        Assert.Equal(new ItemCounts(7, 0, 1, 0, 0), await Ledger.CountAsync(_batch, Token));
    }

    [Fact]
    public async Task Reopen_RowsOfOtherSlicesOrNoSlice_AreLeftAlone()
    {
        await Settle((0, ItemState.Failed));

        Assert.Empty(await Reopen(1, 8, -1, 1_000_000));
        Assert.Empty(await Ledger.ReopenAsync(_batch, 7, [56], 1, Token));
        Assert.Empty(await Ledger.ReopenAsync(Guid.CreateVersion7(), 0, [0], 1, Token));
    }

    private async Task Settle(params (long Index, ItemState State)[] items)
    {
        await Ledger.AddSliceAsync(Samples.Slice(_batch, 0), [], Token);
        foreach (var (index, state) in items)
            await Ledger.SettleAsync(Samples.Settlement(_batch, index, state), Token);
    }

    private Task<IReadOnlyList<ReopenedItem>> Reopen(int round, params long[] indexes) =>
        Ledger.ReopenAsync(_batch, 0, indexes, round, Token);
}
