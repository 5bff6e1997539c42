using WorkerFleet.Workers;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every keeper of leases does.</summary>
public abstract class LeaseConformance : StoreSuite
{
    private const string Name = "reconciler";

    private ILeases Leases => Get<ILeases>();

    [Fact]
    public async Task TryTake_FreeLease_IsTakenForOneHolderOnly()
    {
        Assert.True(await Take("a", 0));

        Assert.False(await Take("b", 1));
        Assert.False(await Elsewhere().TryTakeAsync(Name, "b", Noon, TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    public async Task TryTake_OtherName_IsIndependent()
    {
        await Take("a", 0);

        Assert.True(await Leases.TryTakeAsync("aggregate/1", "b", Noon, TimeSpan.FromSeconds(30), Token));
        Assert.False(await Take("b", 0));
    }

    [Fact]
    public async Task TryTake_ByItsHolder_RenewsIt()
    {
        await Take("a", 0);

        Assert.True(await Take("a", 20));

        Assert.False(await Take("b", 49));
        Assert.True(await Take("b", 50));
    }

    [Fact]
    public async Task TryTake_OnceItRanOut_IsTakenOverAndTheOldHolderLearnsOfIt()
    {
        await Take("a", 0);

        Assert.False(await Take("b", 29.999));
        Assert.True(await Take("b", 30));
        Assert.False(await Take("a", 31));
    }

    [Fact]
    public async Task TryTake_ByItsHolderOnceItRanOut_GetsItAgain()
    {
        await Take("a", 0);

        Assert.True(await Take("a", 100));
        Assert.False(await Take("b", 101));
    }

    [Fact]
    public async Task TryTake_FromManyAtOnce_OneWins()
    {
        foreach (var second in new[] { 0, 30, 60 })
        {
            var other = Elsewhere();

            var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Leases : other)
                .TryTakeAsync(Name, $"{second}/{i}", Noon.AddSeconds(second), TimeSpan.FromSeconds(30), Token)));

            Assert.Single(taken, won => won);
        }
    }

    [Fact]
    public async Task Release_ByItsHolder_LetsTheNextIn()
    {
        await Take("a", 0);

        await Leases.ReleaseAsync(Name, "a", Token);
        await Leases.ReleaseAsync(Name, "a", Token);

        Assert.True(await Take("b", 1));
    }

    [Fact]
    public async Task Release_ByAnother_ChangesNothing()
    {
        await Take("a", 0);
        await Take("b", 30);

        await Leases.ReleaseAsync(Name, "a", Token);
        await Leases.ReleaseAsync("other", "b", Token);

        Assert.False(await Take("a", 31));
    }

    private ILeases Elsewhere() => (ILeases)OpenAgain().GetService(typeof(ILeases))!;

    private Task<bool> Take(string holder, double second) =>
        Leases.TryTakeAsync(Name, holder, Noon.AddSeconds(second), TimeSpan.FromSeconds(30), Token);
}
