using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class ShareBookTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private IReadOnlyList<LimitShare> _shares = [];

    [Fact]
    public void Claim_Alone_GetsWhatItWantsUpToTheTotal()
    {
        Assert.Equal(7, Claim("a", 10, 0, 7));
        Assert.Equal(10, Claim("a", 10, 7, 70));
    }

    [Fact]
    public void Claim_ASecondWorker_GetsOnlyWhatTheFirstHasGivenBack()
    {
        Claim("a", 10, 0, 100);

        Assert.Equal(0, Claim("b", 10, 0, 100));
        Assert.Equal(5, Claim("a", 10, 10, 100));
        Assert.Equal((10, 0), (Granted("a"), Claim("b", 10, 0, 100)));
        Assert.Equal(5, Claim("a", 10, 7, 100));
        Assert.Equal((7, 3), (Granted("a"), Claim("b", 10, 0, 100)));
        Claim("a", 10, 5, 100);
        Assert.Equal(5, Claim("b", 10, 3, 100));
    }

    [Fact]
    public void Claim_WhoWantsLess_LeavesTheRestToTheOthers()
    {
        Assert.Equal([4, 1, 4, 1], Settle(10, ("a", 100), ("b", 1), ("c", 100), ("d", 1)));
        Assert.Equal([3, 3, 2, 2], Settle(10, ("a", 100), ("b", 100), ("c", 100), ("d", 100)));
        Assert.Equal([0, 10], Settle(10, ("a", 0), ("b", 100)));
    }

    [Fact]
    public void Claim_LeaseOfAnotherRanOut_ItsPartIsFree()
    {
        Claim("a", 10, 0, 100);
        _now += Lease;
        Assert.Equal(0, Claim("b", 10, 0, 100));

        _now += TimeSpan.FromTicks(1);
        Assert.Equal(10, Claim("b", 10, 0, 100));
        Assert.Equal(0, Claim("a", 10, 10, 100));
        Assert.Equal(0, Granted("a"));
    }

    [Fact]
    public void Claim_AnotherIsSilent_NothingMoreIsKeptForIt()
    {
        Claim("a", 10, 0, 9);
        Assert.Equal(1, Claim("dead", 10, 0, 100));
        Assert.Equal(5, Claim("a", 10, 5, 9));
        _now += Lease / 2;

        Assert.Equal(9, Claim("a", 10, 5, 100));
    }

    [Fact]
    public void Claim_TotalLowered_OnlyReduces()
    {
        Settle(10, ("a", 100), ("b", 100));

        Assert.Equal(2, Claim("a", 4, 5, 100));
        Assert.Equal((5, 5), (Granted("a"), Granted("b")));
        Assert.Equal(2, Claim("b", 4, 1, 100));
        Assert.Equal((5, 2), (Granted("a"), Granted("b")));
        Assert.Equal(0, Claim("c", 4, 0, 100));
    }

    [Fact]
    public void Claim_MoreWorkersThanParts_TakeTurns()
    {
        Assert.Equal(1, Claim("a", 1, 0, 5));
        Assert.Equal(0, Claim("b", 1, 0, 5));
        _now += TimeSpan.FromMilliseconds(500);
        Assert.Equal((1, 0), (Claim("a", 1, 1, 5), Claim("c", 1, 0, 5)));

        _now += TimeSpan.FromMilliseconds(501);
        Assert.Equal(0, Claim("a", 1, 1, 5));
        Assert.Equal((1, 0), (Granted("a"), Claim("b", 1, 0, 5)));
        Assert.Equal(0, Claim("a", 1, 0, 5));

        Assert.Equal(0, Claim("c", 1, 0, 5));
        Assert.Equal(0, Claim("a", 1, 0, 5));
        Assert.Equal(1, Claim("b", 1, 0, 5));
    }

    [Fact]
    public void Claim_PartHeldForLongWithNobodyWaiting_IsKept()
    {
        Claim("a", 1, 0, 5);
        _now += TimeSpan.FromSeconds(10);

        Assert.Equal(1, Claim("a", 1, 1, 5));
    }

    private int Claim(string holder, int total, int inUse, int wanted)
    {
        var grant = ShareBook.Claim(_shares, holder, new("batch/x", total, inUse, wanted), _now, Lease);
        _shares = grant.Shares;
        return grant.Share;
    }

    private int Granted(string holder) => _shares.Single(share => share.Holder == holder).Granted;

    /// <summary>Lets all claim a few times, each with all of its share in use.</summary>
    private IEnumerable<int> Settle(int total, params (string Holder, int Wanted)[] workers)
    {
        _shares = [];
        var shares = new Dictionary<string, int>();
        for (var round = 0; round < 4; round++)
            foreach (var (holder, wanted) in workers)
                shares[holder] = Claim(holder, total, shares.GetValueOrDefault(holder), wanted);
        return workers.Select(worker => shares[worker.Holder]);
    }
}
