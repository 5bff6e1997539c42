using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Batches;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.Items;

public sealed class RetryDelayTests
{
    private static readonly RetrySpec Retry = new() { BaseDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(60) };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(100, 60)]
    public void After_LargestDraw_IsTheBoundThatDoublesUpToTheLongestDelay(int attempts, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryDelay.After(Retry, attempts, null, 1));

    [Fact]
    public void After_AnyDraw_IsBetweenRetryAfterAndTheBound() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            (from attempts in Gen.Choose(1, 100)
             from draw in Gen.Choose(0, 1_000)
             from asked in Gen.Choose(-1, 7_200)
             select (Attempts: attempts, Draw: draw / 1000.0, Asked: asked)).ToArbitrary(),
            one =>
            {
                TimeSpan? asked = one.Asked < 0 ? null : TimeSpan.FromSeconds(one.Asked);
                var delay = RetryDelay.After(Retry, one.Attempts, asked, one.Draw);
                var bound = RetryDelay.After(Retry, one.Attempts, null, 1);
                Assert.InRange(delay, asked ?? TimeSpan.Zero, asked > bound ? asked.Value : bound);
            }));

    [Fact]
    public void After_HugeBaseDelay_StaysInsideTheLongestDelay() =>
        Assert.Equal(
            TimeSpan.FromDays(1),
            RetryDelay.After(new() { BaseDelay = TimeSpan.FromDays(1), MaxDelay = TimeSpan.FromDays(1) }, 100, null, 1));
}
