using WorkerFleet.Batches;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class FairGateTests
{
    private readonly List<string> _entered = [];
    private readonly List<Place> _places = [];

    [Fact]
    public async Task Enter_WhileThereIsRoom_IsAtOnce()
    {
        var gate = new FairGate(2);
        var key = new GateKey(2);

        var first = gate.EnterAsync(key, BatchPriority.Normal, null, CancellationToken.None);
        var second = gate.EnterAsync(key, BatchPriority.Normal, null, CancellationToken.None);
        var third = gate.EnterAsync(key, BatchPriority.Normal, null, CancellationToken.None);

        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Assert.False(third.IsCompleted);
        (await first).Dispose();
        (await third).Dispose();
        (await second).Dispose();
        Assert.Equal(0, gate.InUse);
    }

    [Fact]
    public async Task Leave_WithWaitersOfSeveralKeys_LetsThemInByTurnsAndEachInOrder()
    {
        var gate = new FairGate(0);
        var (a, b) = (new GateKey(9), new GateKey(9));
        foreach (var name in (string[])["a1", "a2", "a3", "b1", "b2"])
            Wait(gate, name[0] == 'a' ? a : b, name);

        await LetInOneByOneAsync(gate, 5);

        Assert.Equal(["a1", "b1", "a2", "b2", "a3"], _entered);
    }

    [Fact]
    public async Task Leave_WithAHigherPriorityWaiting_LetsItInFirst()
    {
        var gate = new FairGate(0);
        var (low, normal, high) = (new GateKey(9), new GateKey(9), new GateKey(9));
        Wait(gate, low, "low", BatchPriority.Low);
        Wait(gate, normal, "normal");
        Wait(gate, high, "high1", BatchPriority.High);
        Wait(gate, high, "high2", BatchPriority.High);

        await LetInOneByOneAsync(gate, 4);

        Assert.Equal(["high1", "high2", "normal", "low"], _entered);
    }

    [Fact]
    public async Task Enter_OfAKeyThatIsFull_HoldsUpNobodyElse()
    {
        var gate = new FairGate(3);
        var (full, other) = (new GateKey(1), new GateKey(9));
        using var held = await gate.EnterAsync(full, BatchPriority.High, null, CancellationToken.None);
        Wait(gate, full, "full", BatchPriority.High);

        using var place = await gate.EnterAsync(other, BatchPriority.Low, null, CancellationToken.None);

        Assert.Equal((1, 1), (gate.Read(full).InUse, gate.Read(full).Waiting));
    }

    [Fact]
    public async Task Enter_WithASecondKeyThatIsFull_HoldsNoPlaceAndHoldsUpNobodyOfItsKey()
    {
        var gate = new FairGate(2);
        var key = new GateKey(2);
        var (slow, quick) = (new GateKey(1), new GateKey(9));
        var held = await gate.EnterAsync(key, BatchPriority.Normal, slow, CancellationToken.None);
        Wait(gate, key, "slow", second: slow);
        Wait(gate, key, "quick", second: quick);
        await Eventually.IsTrueAsync(() => _entered.Count == 1);
        Wait(gate, key, "none");

        Assert.Equal(["quick"], _entered);
        Assert.Equal((2, 2), (gate.InUse, gate.Read(key).Waiting));
        held.Dispose();
        await Eventually.IsTrueAsync(() => _entered.Count == 2);
        Assert.Equal("slow", _entered[1]);
    }

    [Fact]
    public async Task Resize_Raised_LetsWaitersIn()
    {
        var gate = new FairGate(9);
        var (key, second) = (new GateKey(0), new GateKey(0));
        Wait(gate, key, "first", second: second);
        gate.Resize(second, 1);
        Assert.Equal(0, gate.InUse);

        gate.Resize(key, 5);

        await Eventually.IsTrueAsync(() => _entered.Count == 1);
    }

    [Fact]
    public async Task Resize_Lowered_LetsPlacesRunOut()
    {
        var gate = new FairGate(9);
        var key = new GateKey(3);
        var places = new List<Place>();
        for (var i = 0; i < 3; i++)
            places.Add(await gate.EnterAsync(key, BatchPriority.Normal, null, CancellationToken.None));
        Wait(gate, key, "next");

        gate.Resize(key, 1);
        places[0].Dispose();
        places[1].Dispose();

        Assert.Equal((1, 1), (gate.InUse, gate.Read(key).Waiting));
        places[2].Dispose();
        await Eventually.IsTrueAsync(() => _entered.Count == 1);
    }

    [Fact]
    public async Task Enter_GivenUp_LeavesNothingBehindAndTheOrderAsItWas()
    {
        var gate = new FairGate(0);
        var (key, second) = (new GateKey(9), new GateKey(9));
        using var stop = new CancellationTokenSource();
        var givenUp = gate.EnterAsync(key, BatchPriority.Normal, second, stop.Token).AsTask();
        Wait(gate, key, "b", second: second);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.Equal((1, 1), (gate.Read(key).Waiting, gate.Read(second).Waiting));
        gate.Resize(1);

        await Eventually.IsTrueAsync(() => _entered.Count == 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await gate.EnterAsync(key, BatchPriority.Normal, null, stop.Token));
    }

    [Fact]
    public async Task Close_WithWaiters_TurnsAllAwayAndLetsPlacesRunOut()
    {
        var gate = new FairGate(1);
        var (a, b) = (new GateKey(9), new GateKey(9));
        var held = await gate.EnterAsync(a, BatchPriority.Normal, null, CancellationToken.None);
        List<Task<Place>> waiting =
        [
            .. new[] { a, a, b }.Select(key => gate.EnterAsync(key, BatchPriority.Normal, null, CancellationToken.None).AsTask()),
            gate.EnterAsync(b, BatchPriority.High, a, CancellationToken.None).AsTask(),
        ];

        gate.Close();

        foreach (var task in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(gate.EnterAsync(b, BatchPriority.Normal, null, CancellationToken.None).AsTask().IsCanceled);
        held.Dispose();
        Assert.Equal(0, gate.InUse);
        Assert.True(gate.IsUnused(a) && gate.IsUnused(b));
    }

    [Fact]
    public void Read_Peak_IsTheMostSinceItWasReadLast()
    {
        var gate = new FairGate(1);
        var key = new GateKey(9);
        Wait(gate, key, "in");
        using var stop = new CancellationTokenSource();
        _ = gate.EnterAsync(key, BatchPriority.Normal, null, stop.Token).AsTask();
        stop.Cancel();

        Assert.Equal(2, gate.Read(key).Peak);
        Assert.Equal(1, gate.Read(key).Peak);
    }

    [Fact]
    public async Task Enter_ByManyAtOnce_KeepsEveryLimitAndServesAll()
    {
        var gate = new FairGate(7);
        var keys = Enumerable.Range(0, 3).Select(i => new GateKey(2 + i)).ToArray();
        var seconds = Enumerable.Range(0, 2).Select(_ => new GateKey(3)).ToArray();
        var (inAll, inKey, inSecond) = (0, new int[3], new int[2]);
        var (served, broken) = (0, 0);

        async Task WorkAsync(int number)
        {
            await Task.Yield();
            for (var i = 0; i < 200; i++)
            {
                var (k, s) = ((number + i) % 3, ((number * 7) + i) % 3);
                using var place = await gate.EnterAsync(
                    keys[k], (BatchPriority)(i % 3), s < 2 ? seconds[s] : null, CancellationToken.None);
                if (Interlocked.Increment(ref inAll) > 7 | Interlocked.Increment(ref inKey[k]) > 2 + k
                    | (s < 2 && Interlocked.Increment(ref inSecond[s]) > 3))
                    Interlocked.Increment(ref broken);
                await Task.Yield();
                Interlocked.Increment(ref served);
                if (s < 2)
                    Interlocked.Decrement(ref inSecond[s]);
                Interlocked.Decrement(ref inKey[k]);
                Interlocked.Decrement(ref inAll);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 100).Select(WorkAsync)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((20_000, 0, 0), (served, broken, gate.InUse));
        Assert.All(keys.Concat(seconds), key => Assert.True(gate.IsUnused(key)));
    }

    private void Wait(
        FairGate gate, GateKey key, string name, BatchPriority priority = BatchPriority.Normal, GateKey? second = null)
    {
        var entering = gate.EnterAsync(key, priority, second, CancellationToken.None).AsTask();
        entering.ContinueWith(
            task =>
            {
                lock (_entered)
                {
                    _places.Add(task.Result);
                    _entered.Add(name);
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task LetInOneByOneAsync(FairGate gate, int count)
    {
        gate.Resize(1);
        for (var i = 1; i <= count; i++)
        {
            await Eventually.IsTrueAsync(() => _entered.Count == i);
            _places[^1].Dispose();
        }
    }
}
