using WorkerFleet.AmazonSqs.Receiving;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Receiving;

public sealed class PrefetchPermitsTests
{
    private readonly ManualTime _time = new();
    private bool _hasWaiting;

    [Fact]
    public async Task Take_AllAreFree_GivesTenAtOnce()
    {
        var permits = new PrefetchPermits(25, () => _hasWaiting, _time);

        var taken = new[] { await Take(permits), await Take(permits) };

        Assert.Equal([10, 10], taken);
    }

    [Fact]
    public async Task Take_WhileMessagesWait_WaitsForTen()
    {
        var permits = new PrefetchPermits(12, () => _hasWaiting, _time);
        await Take(permits);
        _hasWaiting = true;

        var take = Take(permits);
        permits.Release(7);
        await Task.Yield();
        Assert.False(take.IsCompleted);
        permits.Release(1);

        Assert.Equal(10, await take);
    }

    [Fact]
    public async Task Take_MessagesWaitNoMore_GivesWhatIsFree()
    {
        var permits = new PrefetchPermits(12, () => _hasWaiting, _time);
        await Take(permits);
        _hasWaiting = true;
        var take = Take(permits);

        _hasWaiting = false;
        permits.Hurry();
        await Eventually.IsTrueAsync(() =>
        {
            _time.Advance(PrefetchPermits.FillTime);
            return take.IsCompleted;
        });

        Assert.Equal(2, await take);
    }

    [Fact]
    public async Task Take_IsCancelled_GivesBackWhatItHad()
    {
        var permits = new PrefetchPermits(12, () => _hasWaiting, _time);
        await Take(permits);
        _hasWaiting = true;
        using var cancellation = new CancellationTokenSource();
        var take = permits.TakeAsync(10, cancellation.Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => take);
        permits.Release(8);

        Assert.Equal(10, await Take(permits));
    }

    private static Task<int> Take(PrefetchPermits permits) => permits.TakeAsync(10, CancellationToken.None);
}
