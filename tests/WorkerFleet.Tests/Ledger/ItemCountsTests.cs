using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Tests.Ledger;

public sealed class ItemCountsTests
{
    [Theory]
    [InlineData(ItemState.Pending, 9, 2, 3, 4, 5)]
    [InlineData(ItemState.Succeeded, 0, 11, 3, 4, 5)]
    [InlineData(ItemState.Failed, 0, 2, 12, 4, 5)]
    [InlineData(ItemState.Rejected, 0, 2, 3, 13, 5)]
    [InlineData(ItemState.Cancelled, 0, 2, 3, 4, 14)]
    public void Move_AllPending_EndsInThatState(
        ItemState to, long pending, long succeeded, long failed, long rejected, long cancelled) =>
        Assert.Equal(
            new ItemCounts(pending, succeeded, failed, rejected, cancelled),
            new ItemCounts(9, 2, 3, 4, 5).Move(ItemState.Pending, to, 9));

    [Fact]
    public void Add_TwoCounts_AddsEachState() =>
        Assert.Equal(
            new ItemCounts(11, 22, 33, 44, 55), new ItemCounts(1, 2, 3, 4, 5) + new ItemCounts(10, 20, 30, 40, 50));

    [Fact]
    public void AnyMoves_LeaveTheTotal()
    {
        var state = Gen.Elements(Enum.GetValues<ItemState>());
        var moves = Gen.ListOf(state.Zip(state)).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(moves, steps =>
        {
            var counts = steps.Aggregate(new ItemCounts(10, 20, 30, 40, 50), (c, move) => c.Move(move.Item1, move.Item2));

            Assert.Equal(150, counts.Total);
            Assert.Equal(150, counts.Pending + counts.Settled);
        }));
    }

    [Fact]
    public void Move_UnknownState_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ItemCounts(1, 0, 0, 0, 0).Move(ItemState.Pending, (ItemState)9));
}
