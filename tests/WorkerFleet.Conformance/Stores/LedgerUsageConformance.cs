using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every ledger does with what rows used: sums of it, exactly once, and whatever is repeated.</summary>
public abstract class LedgerUsageConformance : StoreSuite
{
    private static readonly AgentUsage Used = new(1_200, 80, 0.004200001m);

    private readonly Guid _batch = Guid.CreateVersion7();

    private ILedger Ledger => Get<ILedger>();

    [Fact]
    public async Task Settle_WithUsage_IsKeptWithTheRowAndSummed()
    {
        await AddSliceAsync(0);
        var usage = new ItemUsage(Used, new AgentUsage(7, 0, 0.5m));

        await Ledger.SettleAsync(Samples.Settlement(_batch, 0) with { Usage = usage }, Token);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 1), Token);

        Assert.Equal(usage, (await Ledger.FindSettledAsync(_batch, 0, Token))!.Usage);
        Assert.True((await Ledger.FindSettledAsync(_batch, 1, Token))!.Usage.IsNone);
        Assert.Equal(
            [usage, default],
            (await Ledger.ReadSettledAsync(_batch, 0, 8, null, 10, Token)).Select(settled => settled.Usage));
        // What a row used before its round was counted when it was settled then.
        Assert.Equal(new LedgerSums(new(6, 2, 0, 0, 0), Used), await Ledger.SumAsync(_batch, Token));
        Assert.Equal(Used, (await Ledger.FindSliceAsync(_batch, 0, Token))!.Usage);
    }

    [Fact]
    public async Task Settle_RepeatedAndLate_IsSummedOnce()
    {
        await AddSliceAsync(0);
        var other = (ILedger)OpenAgain().GetService(typeof(ILedger))!;
        var settlement = Samples.Settlement(_batch, 0) with { Usage = new(Used) };

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            (i % 2 == 0 ? Ledger : other).SettleAsync(settlement, Token)));
        await Ledger.SettleAsync(settlement with { State = ItemState.Failed, Usage = new(Used + Used) }, Token);

        Assert.Equal(Used, (await other.SumAsync(_batch, Token)).Usage);
    }

    [Fact]
    public async Task Reopen_RowThatUsedSomething_KeepsItInTheSumAndAddsItsNextRound()
    {
        await AddSliceAsync(0);
        await Ledger.SettleAsync(Samples.Settlement(_batch, 0, ItemState.Failed) with { Usage = new(Used) }, Token);
        await Ledger.ReopenAsync(_batch, 0, [0], 1, Token);

        Assert.Equal(new LedgerSums(new(8, 0, 0, 0, 0), Used), await Ledger.SumAsync(_batch, Token));

        var again = Samples.Settlement(_batch, 0, round: 1) with { Usage = new(new(5, 5), Used) };
        for (var time = 0; time < 2; time++)
            await Ledger.SettleAsync(again, Token);

        Assert.Equal(
            new LedgerSums(new(7, 1, 0, 0, 0), Used + new AgentUsage(5, 5)), await Ledger.SumAsync(_batch, Token));
        Assert.Equal(Used + new AgentUsage(5, 5), (await Ledger.FindSettledAsync(_batch, 0, Token))!.Usage.Total);
    }

    [Fact]
    public async Task Sum_SlicesThatSettledAndGrewSince_AreAllInIt()
    {
        for (var slice = 0; slice < 3; slice++)
            await AddSliceAsync(slice);
        var expected = default(AgentUsage);
        for (var index = 0; index < 3 * Samples.SliceSize; index++)
        {
            var used = Samples.Usage(index);
            expected += used;
            await Ledger.SettleAsync(Samples.Settlement(_batch, index) with { Usage = new(used) }, Token);
            // As whoever watches does: what is settled is remembered in between.
            if (index % 5 == 0)
                Assert.Equal(expected, (await Ledger.SumAsync(_batch, Token)).Usage);
        }

        Assert.Equal(expected, (await Ledger.SumAsync(_batch, Token)).Usage);
        Assert.Equal(default, (await Ledger.SumAsync(Guid.CreateVersion7(), Token)).Usage);
    }

    [Fact]
    public async Task Sum_TheMostThatCallsCanCost_IsExact()
    {
        await AddSliceAsync(0);
        var most = new AgentUsage(AgentUsage.MaxTokens, AgentUsage.MaxTokens, AgentUsage.MaxCostUsd);
        for (var index = 0; index < Samples.SliceSize; index++)
            await Ledger.SettleAsync(Samples.Settlement(_batch, index) with { Usage = new(most) }, Token);

        Assert.Equal(
            new AgentUsage(8 * most.InputTokens, 8 * most.OutputTokens, 8 * most.CostUsd),
            (await Ledger.SumAsync(_batch, Token)).Usage);
    }

    private Task AddSliceAsync(int number) => Ledger.AddSliceAsync(Samples.Slice(_batch, number), [], Token);
}
