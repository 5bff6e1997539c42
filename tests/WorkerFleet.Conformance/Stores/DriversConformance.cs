using WorkerFleet.Batches;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every record of who drives a batch does.</summary>
public abstract class DriversConformance : StoreSuite
{
    private readonly Guid _batch = Guid.CreateVersion7();

    private IBatchDrivers Drivers => Get<IBatchDrivers>();

    [Fact]
    public void TryTake_FreeBatch_TakesItUntilDisposed()
    {
        using (var taken = Drivers.TryTake(_batch))
        {
            Assert.NotNull(taken);
            Assert.True(Drivers.IsDriven(_batch));
        }

        Assert.False(Drivers.IsDriven(_batch));
        using var again = Drivers.TryTake(_batch);
        Assert.NotNull(again);
    }

    [Fact]
    public void TryTake_DrivenBatch_IsRefusedHereAndElsewhere()
    {
        var other = (IBatchDrivers)OpenAgain().GetService(typeof(IBatchDrivers))!;
        using var taken = Drivers.TryTake(_batch);

        Assert.Null(Drivers.TryTake(_batch));
        Assert.Null(other.TryTake(_batch));
        Assert.True(other.IsDriven(_batch));
        Assert.True(Drivers.IsDriven(_batch));
    }

    [Fact]
    public void TryTake_AnotherBatch_IsIndependent()
    {
        using var first = Drivers.TryTake(_batch);
        using var second = Drivers.TryTake(Guid.CreateVersion7());

        Assert.NotNull(second);
    }

    [Fact]
    public void IsDriven_UnknownBatch_IsFalse() => Assert.False(Drivers.IsDriven(_batch));

    [Fact]
    public async Task TryTake_FromManyAtOnce_LetsOneThrough()
    {
        var other = (IBatchDrivers)OpenAgain().GetService(typeof(IBatchDrivers))!;

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            Task.Run(() => (i % 2 == 0 ? Drivers : other).TryTake(_batch))));

        using var driver = Assert.Single(taken, handle => handle is not null);
    }

    [Fact]
    public async Task TryTake_WhileOthersProbe_StillSucceeds()
    {
        var other = (IBatchDrivers)OpenAgain().GetService(typeof(IBatchDrivers))!;
        Drivers.TryTake(_batch)!.Dispose();
        using var done = new CancellationTokenSource();
        var probing = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
                other.IsDriven(_batch);
        });

        for (var i = 0; i < 200; i++)
        {
            using var taken = Drivers.TryTake(_batch);
            Assert.NotNull(taken);
        }

        await done.CancelAsync();
        await probing;
    }
}
