using WorkerFleet.Workers;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every divider of limits does. How it divides is <see cref="ShareBook"/>'s matter.</summary>
public abstract class LimitShareConformance : StoreSuite
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private ILimitShares Shares => Get<ILimitShares>();

    [Fact]
    public async Task Claim_OfAFreeLimit_GetsAllThatIsWanted()
    {
        Assert.Equal([6], await Claim("a", 0, new ShareClaim("batch/1", 10, 0, 6)));
        Assert.Equal([10], await Claim("a", 1, new ShareClaim("batch/2", 10, 0, 500)));
    }

    [Fact]
    public async Task Claim_OfSeveralLimits_AnswersInTheirOrder()
    {
        Assert.Equal(
            [2, 7, 1],
            await Claim(
                "a", 0, new ShareClaim("agent/z", 10, 0, 2), new ShareClaim("batch/1", 7, 0, 9),
                new ShareClaim("agent/a", 10, 0, 1)));
    }

    [Fact]
    public async Task Claim_OfNothing_GetsNothing() => Assert.Empty(await Claim("a", 0));

    [Fact]
    public async Task Claim_WhileAnotherHasAllInUse_GetsNothingHereAndElsewhere()
    {
        await Claim("a", 0, new ShareClaim("batch/1", 4, 0, 4));

        Assert.Equal([0], await Claim("b", 1, new ShareClaim("batch/1", 4, 0, 4)));
        Assert.Equal([0], await ClaimAt(Elsewhere(), "c", 2, new ShareClaim("batch/1", 4, 0, 4)));
    }

    [Fact]
    public async Task Claim_AfterAnotherGaveWayToIt_GetsItsPart()
    {
        await Claim("a", 0, new ShareClaim("batch/1", 10, 0, 10));
        await Claim("b", 1, new ShareClaim("batch/1", 10, 0, 10));

        var kept = Assert.Single(await Claim("a", 2, new ShareClaim("batch/1", 10, 3, 10)));
        var given = Assert.Single(await ClaimAt(Elsewhere(), "b", 3, new ShareClaim("batch/1", 10, 0, 10)));

        Assert.InRange(kept, 3, 9);
        Assert.Equal(10 - kept, given);
    }

    [Fact]
    public async Task Claim_OnceAnothersRanOut_GetsWhatItHad()
    {
        await Claim("a", 0, new ShareClaim("batch/1", 4, 0, 4));

        Assert.Equal([0], await Claim("b", 9.999, new ShareClaim("batch/1", 4, 0, 4)));
        Assert.Equal([4], await Claim("b", 10.001, new ShareClaim("batch/1", 4, 0, 4)));
    }

    [Fact]
    public async Task Claim_Renewed_DoesNotRunOut()
    {
        await Claim("a", 0, new ShareClaim("batch/1", 4, 0, 4));
        await Claim("a", 8, new ShareClaim("batch/1", 4, 4, 4));

        Assert.Equal([0], await Claim("b", 15, new ShareClaim("batch/1", 4, 0, 4)));
    }

    [Fact]
    public async Task Release_Holder_GivesBackItsSharesOfEveryLimitAndNobodyElses()
    {
        ShareClaim[] claims = [new("batch/1", 4, 0, 4), new("agent/echo", 3, 0, 3)];
        await Claim("a", 0, claims);
        await Claim("other", 0, new ShareClaim("batch/2", 5, 0, 5));

        await Shares.ReleaseAsync("a", Token);
        await Shares.ReleaseAsync("a", Token);

        Assert.Equal([4, 3], await Claim("b", 1, claims));
        Assert.Equal([0], await Claim("b", 1, new ShareClaim("batch/2", 5, 0, 5)));
    }

    [Fact]
    public async Task Claim_FromManyAtOnce_NeverAddsUpToMoreThanTheLimit()
    {
        const int total = 17;
        const int holders = 12;
        var stores = new[] { Shares, Elsewhere(), Elsewhere() };
        var granted = new int[holders];
        var sums = new List<int>();

        await Task.WhenAll(Enumerable.Range(0, holders).Select(number => Task.Run(async () =>
        {
            var random = new Random(number);
            for (var turn = 0; turn < 40; turn++)
            {
                // What a worker does: it begins what it may, some of that ends, and it says what is left.
                int inUse;
                lock (granted)
                {
                    granted[number] = inUse = random.Next(granted[number] + 1);
                }

                var share = Assert.Single(await ClaimAt(
                    stores[number % stores.Length], $"holder-{number}", 0,
                    new ShareClaim("batch/1", total, inUse, random.Next(inUse, 20))));
                lock (granted)
                {
                    // A smaller share takes effect as what is in use ends.
                    granted[number] = Math.Max(share, inUse);
                    sums.Add(granted.Sum());
                }
            }
        })));

        Assert.All(sums, sum => Assert.InRange(sum, 0, total));
        Assert.Contains(sums, sum => sum > total / 2);
    }

    private ILimitShares Elsewhere() => (ILimitShares)OpenAgain().GetService(typeof(ILimitShares))!;

    private Task<IReadOnlyList<int>> Claim(string holder, double second, params ShareClaim[] claims) =>
        ClaimAt(Shares, holder, second, claims);

    private static Task<IReadOnlyList<int>> ClaimAt(
        ILimitShares shares, string holder, double second, params ShareClaim[] claims) =>
        shares.ClaimAsync(holder, claims, Noon.AddSeconds(second), Lease, Token);
}
