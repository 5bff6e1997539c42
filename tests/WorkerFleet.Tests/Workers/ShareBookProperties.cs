using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class ShareBookProperties
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>A worker claims: how many parts of what it may use are in use, what it wants, and what time has passed.</summary>
    private static readonly Gen<Step> Steps =
        from worker in Gen.Choose(0, 4)
        from inUse in Gen.Choose(0, 12)
        from wanted in Gen.Choose(0, 12)
        from milliseconds in Gen.Elements(0, 1, 250, 1_001, 6_000, 16_000)
        select new Step(worker, inUse, wanted, milliseconds);

    [Fact]
    public void AnyClaims_NeverAddUpToMoreThanTheTotal() => Prop.ForAll(
        Gen.Choose(1, 12).ToArbitrary(), Steps.ListOf().ToArbitrary(), (total, steps) =>
        {
            var book = new Book();
            foreach (var step in steps)
            {
                var had = book.GrantedTo(step.Worker);
                var share = book.Claim(step, total);
                Assert.True(book.Live.Sum(s => s.Granted) <= total);
                Assert.InRange(share, 0, Math.Min(book.GrantedTo(step.Worker), step.Wanted));
                Assert.True(book.GrantedTo(step.Worker) >= Math.Min(step.InUse, had));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void AnyClaims_WithTotalsThatChange_OnlyReduceWhileTheyAddUpToMore() => Prop.ForAll(
        (from step in Steps from total in Gen.Choose(1, 12) select (Step: step, Total: total)).ListOf().ToArbitrary(),
        steps =>
        {
            var book = new Book();
            foreach (var (step, total) in steps)
            {
                book.Pass(step.Milliseconds);
                var before = book.Stored.Sum(s => s.Granted);
                book.Claim(step with { Milliseconds = 0 }, total);
                Assert.True(book.Live.Sum(s => s.Granted) <= Math.Max(before, total));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void AnyDemand_AfterAFewRounds_IsServedMaxMinFair() => Prop.ForAll(
        Gen.Choose(5, 40).ToArbitrary(), Gen.Choose(0, 20).ListOf(5).ToArbitrary(), Steps.ListOf().ToArbitrary(),
        (total, wanted, before) =>
        {
            var book = new Book();
            foreach (var step in before)
                book.Claim(step, total);
            var shares = new int[wanted.Count];
            for (var round = 0; round < 5; round++)
                for (var worker = 0; worker < wanted.Count; worker++)
                    shares[worker] = book.Claim(new(worker, shares[worker], wanted[worker], 50), total);

            Assert.Equal(Math.Min(total, wanted.Sum()), shares.Sum());
            var most = shares.Max();
            for (var worker = 0; worker < wanted.Count; worker++)
                Assert.True(shares[worker] == wanted[worker] || shares[worker] >= most - 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void FewerPartsThanWorkers_EveryWorkerHasItsTurns() => Prop.ForAll(
        Gen.Choose(1, 4).ToArbitrary(), Gen.Shuffle([0, 1, 2, 3, 4]).ToArbitrary(), (total, order) =>
        {
            var book = new Book();
            var (inUse, turns) = (new int[order.Length], new int[order.Length]);
            for (var round = 0; round < 200; round++)
                foreach (var worker in order)
                {
                    var share = book.Claim(new(worker, inUse[worker], 5, 50), total);
                    // A call takes no longer than until the next claim, and is followed by another where it may be.
                    turns[worker] += share > inUse[worker] ? 1 : 0;
                    inUse[worker] = share;
                    Assert.True(inUse.Sum() <= total);
                }

            Assert.All(turns, count => Assert.True(count >= 3));
            Assert.True(turns.Max() - turns.Min() <= 2);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    private sealed record Step(int Worker, int InUse, int Wanted, int Milliseconds);

    private sealed class Book
    {
        private IReadOnlyList<LimitShare> _shares = [];
        private DateTimeOffset _now = Start;

        public IEnumerable<LimitShare> Stored => _shares;

        public IEnumerable<LimitShare> Live => _shares.Where(share => share.Until >= _now);

        public void Pass(int milliseconds) => _now += TimeSpan.FromMilliseconds(milliseconds);

        public int GrantedTo(int worker) => _shares.FirstOrDefault(share => share.Holder == $"w{worker}")?.Granted ?? 0;

        public int Claim(Step step, int total)
        {
            Pass(step.Milliseconds);
            var grant = ShareBook.Claim(
                _shares, $"w{step.Worker}", new("batch/x", total, step.InUse, step.Wanted), _now, Lease);
            _shares = grant.Shares;
            return grant.Share;
        }
    }
}
