using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class ShareKeeperTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private readonly ManualTime _time = new();
    private readonly TestAgents _agents = new();
    private readonly StubLifetime _lifetime = new();
    private readonly InMemoryLimitShares _shares = new();
    private readonly List<Member> _workers = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.StopAsync();
    }

    public void Dispose() => _lifetime.Dispose();

    [Fact]
    public async Task Admit_NewBatch_GetsItsShareWithoutWaitingForTheInterval()
    {
        var worker = await StartAsync();
        await IdleAsync();

        var permit = worker.AcquireAsync(Batch(10));
        await AdvanceUntilAsync(() => permit.IsCompletedSuccessfully, TimeSpan.FromMilliseconds(20), most: 3);
    }

    [Fact]
    public async Task Claims_WhereTheStoreTakesMoneyForThem_AreMadeOnceASecondWhileNothingPresses()
    {
        var worker = await StartAsync(StorePace.Metered);
        var permit = worker.AcquireAsync(Batch(10));
        await AdvanceUntilAsync(() => permit.IsCompletedSuccessfully, TimeSpan.FromMilliseconds(20));
        var before = _shares.Claims;
        await AdvanceUntilAsync(() => _shares.Claims > before);

        var at = _time.GetUtcNow();
        await AdvanceUntilAsync(() => _shares.Claims >= before + 5);
        Assert.True(_time.GetUtcNow() - at >= TimeSpan.FromSeconds(4), $"{_time.GetUtcNow() - at} for four claims");
    }

    [Fact]
    public async Task Claims_OfTwoWorkers_NeverInvokeMoreThanTheLimitAndShareItEvenly()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var batch = Batch(10);
        var held = Enumerable.Range(0, 30).Select(_ => first.AcquireAsync(batch)).ToList();
        await AdvanceUntilAsync(() => held.Count(task => task.IsCompletedSuccessfully) == 10);
        var others = Enumerable.Range(0, 30).Select(_ => second.AcquireAsync(batch)).ToList();
        // What the first one gives back from now on is not its own any more.
        await AdvanceUntilAsync(() => first.Governor.Limits.Any(limit => limit.Owes));
        await AdvanceAsync(20);
        Assert.DoesNotContain(others, task => task.IsCompleted);

        for (var i = 0; i < 5; i++)
        {
            (await held[i]).Dispose();
            await AdvanceUntilAsync(() => others.Count(task => task.IsCompletedSuccessfully) == i + 1);
            Assert.Equal(10, held.Count(task => task.IsCompletedSuccessfully));
        }

        Assert.Equal((5, 5), (_shares.GrantedTo(first.Id), _shares.GrantedTo(second.Id)));
        (await held[5]).Dispose();
        await Eventually.IsTrueAsync(() => held.Count(task => task.IsCompletedSuccessfully) == 11);
    }

    [Fact]
    public async Task Claims_WorkRanOut_GivesTheShareBack()
    {
        var worker = await StartAsync();
        var permit = worker.AcquireAsync(Batch(10));
        await AdvanceUntilAsync(() => permit.IsCompletedSuccessfully);

        (await permit).Dispose();
        worker.EndAll();

        await AdvanceUntilAsync(() => _shares.GrantedTo(worker.Id) == 0);
        await IdleAsync();
    }

    [Fact]
    public async Task Claims_LimitChangesWhileTheBatchRuns_IsFollowed()
    {
        var worker = await StartAsync();
        var batch = Batch(2);
        var permits = Enumerable.Range(0, 9).Select(_ => worker.AcquireAsync(batch)).ToList();
        await AdvanceUntilAsync(() => permits.Count(task => task.IsCompletedSuccessfully) == 2);

        Change(batch, concurrency: 6);

        await AdvanceUntilAsync(() => permits.Count(task => task.IsCompletedSuccessfully) == 6);
    }

    [Fact]
    public async Task Claims_OfAnAgent_HoldOverBatches()
    {
        _agents.Limits = new() { Concurrency = 3 };
        var worker = await StartAsync();
        var permits = Enumerable.Range(0, 9).Select(_ => worker.AcquireAsync(Batch(10))).ToList();

        await AdvanceUntilAsync(() => permits.Count(task => task.IsCompletedSuccessfully) == 3);
        await AdvanceAsync(20);

        Assert.Equal(3, permits.Count(task => task.IsCompletedSuccessfully));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claims_StoreOutOfReachOrSilent_SharesHoldUntilTheLeaseEnds(bool fails)
    {
        var worker = await StartAsync();
        var batch = Batch(10);
        var first = worker.AcquireAsync(batch);
        await AdvanceUntilAsync(() => first.IsCompletedSuccessfully);
        await AdvanceUntilAsync(() => _shares.GrantedTo(worker.Id) == 1);
        var silence = new TaskCompletionSource();
        if (fails)
            _shares.IsOutOfReach = true;
        else
            _shares.Answer = silence.Task;
        (await first).Dispose();
        var second = worker.AcquireAsync(batch);
        await AdvanceUntilAsync(() => second.IsCompletedSuccessfully);

        await AdvanceAsync((int)(ShareKeeper.Lease / Tick));
        (await second).Dispose();
        var third = worker.AcquireAsync(batch);
        await AdvanceAsync(20);
        Assert.False(third.IsCompleted);

        (_shares.IsOutOfReach, _shares.Answer) = (false, Task.CompletedTask);
        silence.SetResult();
        await AdvanceUntilAsync(() => third.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Acquire_AfterTheProcessWasSuspended_DoesNotUseWhatRanOut()
    {
        var worker = await StartAsync();
        var batch = Batch(10);
        var first = worker.AcquireAsync(batch);
        await AdvanceUntilAsync(() => first.IsCompletedSuccessfully);
        _shares.IsOutOfReach = true;
        var admission = await worker.Governor.AdmitAsync(batch, TestAgents.Name);
        (await first).Dispose();
        await worker.StopAsync(release: false);

        _time.Advance(ShareKeeper.Lease);
        var second = worker.Governor.AcquireAsync(admission).AsTask();
        await Task.Yield();

        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Stop_WithShares_GivesThemBack()
    {
        var worker = await StartAsync();
        var permit = worker.AcquireAsync(Batch(10));
        await AdvanceUntilAsync(() => permit.IsCompletedSuccessfully);
        Assert.Equal(1, _shares.GrantedTo(worker.Id));

        await worker.StopAsync();

        Assert.Equal(0, _shares.GrantedTo(worker.Id));
    }

    /// <summary>Time goes by until nothing is claimed any more: a worker without work leaves the store alone.</summary>
    private async Task IdleAsync()
    {
        for (var before = -1; before != _shares.Claims;)
        {
            before = _shares.Claims;
            await AdvanceAsync(30);
        }
    }

    private async Task AdvanceAsync(int ticks)
    {
        for (var i = 0; i < ticks; i++)
        {
            _time.Advance(Tick);
            await Task.Delay(1);
        }
    }

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan? tick = null, int most = int.MaxValue)
    {
        var ticks = 0;
        await Eventually.IsTrueAsync(() =>
        {
            if (condition())
                return true;
            if (ticks++ < most)
                _time.Advance(tick ?? Tick);
            return condition();
        });
    }

    private async Task<Member> StartAsync(StorePace? pace = null)
    {
        var options = new WorkerOptions { Concurrency = 25 };
        var governor = new InvocationGovernor(_agents, options, _lifetime, _time, NullLogger<InvocationGovernor>.Instance);
        var identity = new WorkerIdentity();
        var worker = new Member(identity.Id, governor, new(
            governor, identity, options, pace ?? StorePace.Local, _time, NullLogger<ShareKeeper>.Instance, _shares));
        _workers.Add(worker);
        await worker.Keeper.StartAsync(CancellationToken.None);
        return worker;
    }

    private static BatchView Batch(int concurrency) => new(new()
    {
        CorrelationId = Guid.CreateVersion7(),
        CurrentState = BatchStatus.Processing,
        Spec = new() { Limits = new() { Concurrency = concurrency } },
    });

    private static void Change(BatchView batch, int concurrency) => batch.Update(new()
    {
        CorrelationId = batch.Id,
        Version = batch.State.Version + 1,
        CurrentState = BatchStatus.Processing,
        Spec = batch.Spec with { Limits = batch.Spec.Limits with { Concurrency = concurrency } },
    });

    private sealed record Member(string Id, InvocationGovernor Governor, ShareKeeper Keeper)
    {
        private readonly List<Admission> _admissions = [];

        public async Task<Permit> AcquireAsync(BatchView batch)
        {
            var admission = await Governor.AdmitAsync(batch, TestAgents.Name);
            lock (_admissions)
                _admissions.Add(admission);
            return await Governor.AcquireAsync(admission);
        }

        public void EndAll() => _admissions.ForEach(admission => admission.Dispose());

        public async Task StopAsync(bool release = true)
        {
            using var expired = new CancellationTokenSource();
            if (!release)
                await expired.CancelAsync();
            try
            {
                await Keeper.StopAsync(expired.Token);
            }
            catch (WorkerFleet.Storage.StoreException)
            {
                // The store of this test is out of reach.
            }
        }
    }
}
