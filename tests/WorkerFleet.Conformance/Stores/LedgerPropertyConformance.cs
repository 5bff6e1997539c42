using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Counts hold whatever arrives, in whatever order, however often: compared with a model.</summary>
public abstract class LedgerPropertyConformance : StoreSuite
{
    private const int Slices = 3;
    private const int Rows = Slices * Samples.SliceSize;
    private const int MaxRound = 2;

    private ILedger Ledger => Get<ILedger>();

    /// <summary>How many cases a run tries; slow stores may take fewer.</summary>
    protected virtual int Cases => 60;

    [Fact]
    public void AnySequence_OfSlicesSettlementsAndReplays_AgreesWithTheModelStepByStep()
    {
        var steps = Gen.Frequency(
            (8, Gen.Choose(-1, Rows).SelectMany(index => Gen.Choose(1, 4).SelectMany(state =>
                Gen.Choose(0, MaxRound).Select(round => new Step(StepKind.Settle, [index], (ItemState)state, round))))),
            (2, Gen.ListOf(Gen.Choose(0, Rows)).SelectMany(indexes => Gen.Choose(1, MaxRound).Select(round =>
                new Step(StepKind.Reopen, [.. indexes.Distinct()], default, round)))),
            (1, Gen.Choose(0, Slices - 1).Select(slice => new Step(StepKind.AddSlice, [slice], default, 0))));

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Cases).WithStartSize(20).WithEndSize(200),
            Prop.ForAll(steps.ListOf().ToArbitrary(), FollowAsync));
    }

    [Fact]
    public void AnyInterleaving_OfRepeatedSettlementsFromSeveralProcesses_GivesTheSameCounts()
    {
        // The state follows from the row alone, so that the counts do not depend on which round's delivery comes first.
        var deliveries = Gen.ListOf(Gen.Choose(0, Rows - 1).SelectMany(index =>
            Gen.Choose(0, MaxRound).Select(round => new Delivery(index, round))));

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Cases / 2).WithStartSize(50).WithEndSize(400),
            Prop.ForAll(deliveries.ToArbitrary(), InterleaveAsync));
    }

    private async Task FollowAsync(List<Step> steps)
    {
        var batch = Guid.CreateVersion7();
        var model = new LedgerModel();
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.AddSlice:
                    await Ledger.AddSliceAsync(Samples.Slice(batch, (int)step.Numbers[0]), [], Token);
                    model.AddSlice((int)step.Numbers[0]);
                    break;
                case StepKind.Settle when step.Numbers[0] >= 0:
                    var settlement = Samples.Settlement(batch, step.Numbers[0], step.State, step.Round) with
                    {
                        Usage = new(Samples.Usage(step.Numbers[0] + (100 * step.Round))),
                    };
                    Assert.Equal(model.Settle(settlement), await Ledger.SettleAsync(settlement, Token));
                    break;
                case StepKind.Reopen:
                    var slice = step.Round % Slices;
                    Assert.Equal(
                        model.Reopen(slice, step.Numbers, step.Round),
                        await Ledger.ReopenAsync(batch, slice, step.Numbers, step.Round, Token));
                    break;
            }
        }

        await AssertAuditAsync(batch, model);
    }

    private async Task InterleaveAsync(List<Delivery> deliveries)
    {
        var batch = Guid.CreateVersion7();
        var model = new LedgerModel();
        ILedger[] processes = [Ledger, (ILedger)OpenAgain().GetService(typeof(ILedger))!];
        var settled = 0;
        for (var slice = 0; slice < Slices; slice++)
        {
            model.AddSlice(slice);
            await Ledger.AddSliceAsync(Samples.Slice(batch, slice), [], Token);
        }

        for (var round = 0; round <= MaxRound; round++)
        {
            var current = round;
            var failed = Enumerable.Range(0, Rows).Select(index => (long)index).ToList();
            if (round > 0)
                await Task.WhenAll(Enumerable.Range(0, Slices * 2).Select(i =>
                    processes[i % 2].ReopenAsync(batch, i % Slices, failed, current, Token)));
            for (var slice = 0; slice < Slices && round > 0; slice++)
                model.Reopen(slice, failed, round);
            // Late ones of earlier rounds come again, and everything comes twice and from two processes.
            var due = deliveries.Where(delivery => delivery.Round <= current).ToList();
            var results = await Task.WhenAll(due.Concat(due).Select((delivery, i) =>
                processes[i % 2].SettleAsync(Outcome(batch, delivery), Token)));
            settled += results.Count(result => result.Outcome == SettleOutcome.Settled);
            settled -= due.Count(delivery => model.Settle(Outcome(batch, delivery)).Outcome == SettleOutcome.Settled);
        }

        Assert.Equal(0, settled);
        await AssertAuditAsync(batch, model);
    }

    private async Task AssertAuditAsync(Guid batch, LedgerModel model)
    {
        Assert.Equal(new LedgerSums(model.Counts, model.Usage), await Ledger.SumAsync(batch, Token));
        foreach (var slice in await Ledger.ReadSlicesAsync(batch, 0, Slices, pendingOnly: false, Token))
        {
            Assert.Equal(model.CountsOf(slice.Number), slice.Counts);
            Assert.Equal(model.UsageOf(slice.Number), slice.Usage);
            Assert.Equal(slice.Counts, await Ledger.CountRecordsAsync(batch, slice.Number, Token));
            Assert.Equal(slice.Counts.Pending, slice.Pending.Count);
        }

        var outcomes = await Ledger.ReadSettledAsync(batch, 0, Rows, null, Rows, Token);
        Assert.Equal(model.Counts.Settled, outcomes.Count);
        Assert.Equal(outcomes.Select(outcome => outcome.Index).Order().Distinct(), outcomes.Select(o => o.Index));
    }

    private static Settlement Outcome(Guid batch, Delivery delivery) => Samples.Settlement(
        batch, delivery.Index, (ItemState)(1 + (delivery.Index % 4)), delivery.Round) with
    {
        Usage = new(Samples.Usage(delivery.Index)),
    };

    private enum StepKind
    {
        AddSlice,
        Settle,
        Reopen,
    }

    private sealed record Step(StepKind Kind, long[] Numbers, ItemState State, int Round);

    private sealed record Delivery(long Index, int Round);
}
