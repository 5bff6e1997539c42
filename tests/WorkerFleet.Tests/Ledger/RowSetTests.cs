using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Ledger;

namespace WorkerFleet.Tests.Ledger;

public sealed class RowSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(4_096)]
    public void Full_Count_HoldsExactlyTheNumbersBelow(int count)
    {
        var set = RowSet.Full(count);

        Assert.Equal(Enumerable.Range(0, count), set.Numbers());
        Assert.Equal(count, set.Count);
        Assert.False(set.Contains(count));
    }

    [Fact]
    public void New_Set_IsEmptyWhateverItsCapacity()
    {
        Assert.True(new RowSet().IsEmpty);
        Assert.True(new RowSet(100).IsEmpty);
        Assert.Equal(0, new RowSet(100).Count);
    }

    [Fact]
    public void Add_BeyondCapacity_Grows()
    {
        var set = new RowSet(8);

        Assert.True(set.Add(4_000));

        Assert.Equal([4_000], set.Numbers());
    }

    [Fact]
    public void Add_Negative_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowSet(8).Add(-1));

    [Fact]
    public void Contains_Negative_IsFalse()
    {
        Assert.False(RowSet.Full(8).Contains(-1));
        Assert.False(RowSet.Full(8).Remove(-9));
    }

    [Fact]
    public void Copy_Changed_LeavesTheOriginal()
    {
        var original = RowSet.Full(3);
        var copy = original.Copy();

        copy.Remove(1);
        copy.Add(70);

        Assert.Equal([0, 1, 2], original.Numbers());
    }

    [Fact]
    public void ToBytes_Changed_LeavesTheSet()
    {
        var set = RowSet.Full(3);

        set.ToBytes()[0] = 0;

        Assert.Equal(3, set.Count);
    }

    [Fact]
    public void AnyChanges_AgreeWithAHashSetAndSurviveTheirBytes()
    {
        var changes = Gen.ListOf(Gen.Choose(0, 300).Zip(Gen.Elements(true, false))).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(changes, steps =>
        {
            var set = new RowSet();
            var model = new HashSet<int>();
            foreach (var (number, add) in steps)
                Assert.Equal(add ? model.Add(number) : model.Remove(number), add ? set.Add(number) : set.Remove(number));

            var stored = RowSet.FromBytes(set.ToBytes());
            Assert.Equal(model.Order(), stored.Numbers());
            Assert.Equal(model.Count, stored.Count);
            Assert.Equal(model.Count == 0, stored.IsEmpty);
        }));
    }
}
