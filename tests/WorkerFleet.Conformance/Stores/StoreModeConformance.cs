using WorkerFleet.Batches;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What keeps embedded runs and a fleet apart, in every store.</summary>
public abstract class StoreModeConformance : StoreSuite
{
    private IStoreMode Here => Get<IStoreMode>();

    [Fact]
    public void Current_NobodyThere_IsNull() => Assert.Null(Here.Current);

    [Theory]
    [InlineData(StoreMode.Embedded, StoreMode.Fleet)]
    [InlineData(StoreMode.Fleet, StoreMode.Embedded)]
    public void TryEnter_WhileTheOtherModeIsThere_IsRefusedUntilTheLastOfItLeft(StoreMode mode, StoreMode other)
    {
        var first = Here.TryEnter(mode);
        var second = Elsewhere().TryEnter(mode);

        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(Elsewhere().TryEnter(other));
        first.Dispose();
        Assert.Null(Elsewhere().TryEnter(other));
        Assert.Equal(mode, Here.Current);
        second.Dispose();
        Assert.Null(Here.Current);
        using var entered = Here.TryEnter(other);
        Assert.NotNull(entered);
        Assert.Equal(other, Elsewhere().Current);
    }

    [Fact]
    public void TryEnter_Refused_LeavesNothingBehind()
    {
        var entered = Here.TryEnter(StoreMode.Fleet);
        Assert.Null(Here.TryEnter(StoreMode.Embedded));
        entered!.Dispose();

        Assert.Null(Here.Current);
        using var again = Here.TryEnter(StoreMode.Fleet);
        Assert.NotNull(again);
    }

    [Fact]
    public async Task TryEnter_BothModesFromManyAtOnce_NeverLetsBothIn()
    {
        var counts = new int[2];
        var entries = 0;

        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(() =>
        {
            var store = Elsewhere();
            var mode = (StoreMode)(number % 2);
            for (var turn = 0; turn < 1_000; turn++)
            {
                if (store.TryEnter(mode) is not { } entered)
                    continue;
                Interlocked.Increment(ref counts[(int)mode]);
                Assert.Equal(0, Volatile.Read(ref counts[1 - (int)mode]));
                Interlocked.Decrement(ref counts[(int)mode]);
                Interlocked.Increment(ref entries);
                entered.Dispose();
            }
        })));

        Assert.InRange(entries, 1, 6_000);
    }

    [Fact]
    public async Task TryEnter_WhileOthersLookAndEnter_IsNotRefusedForThem()
    {
        using var done = new CancellationTokenSource();
        using var started = new CountdownEvent(2);
        var looking = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var store = Elsewhere();
            started.Signal();
            while (!done.IsCancellationRequested)
            {
                Assert.NotEqual(StoreMode.Fleet, store.Current);
                store.TryEnter(StoreMode.Embedded)?.Dispose();
            }
        })).ToList();

        started.Wait(Token);
        for (var i = 0; i < 3_000; i++)
        {
            using var entered = Here.TryEnter(StoreMode.Embedded);
            Assert.NotNull(entered);
        }

        await done.CancelAsync();
        await Task.WhenAll(looking);
    }

    private IStoreMode Elsewhere() => (IStoreMode)OpenAgain().GetService(typeof(IStoreMode))!;
}
