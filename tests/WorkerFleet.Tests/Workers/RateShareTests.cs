using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

/// <summary>A rate and live sessions, divided among workers like calls in flight.</summary>
public sealed class RateShareTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Ticks in which a keeper looks at least once.</summary>
    private const int TicksOfALook = 30;

    /// <summary>Far longer than a worker waits for its share.</summary>
    private const int LongestWaitSeconds = 30;

    private readonly ManualTime _time = new();
    private readonly TestAgents _agents = new();
    private readonly StubLifetime _lifetime = new();
    private readonly InMemoryLimitShares _shares = new();
    private readonly StepContext _items = new();
    private readonly List<Member> _workers = [];
    private readonly List<(int Worker, DateTimeOffset At)> _calls = [];
    private int _ticks;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.StopAsync();
    }

    public void Dispose() => _lifetime.Dispose();

    [Fact]
    public async Task Rate_WorkersThatComeAndGo_NeverBeginMoreThanItAndASmallBurst()
    {
        _agents.Limits = new() { CallsPerSecond = 25 };
        await StartAsync();
        Offer(0, 400);
        await PassAsync(4);
        for (var i = 1; i < 4; i++)
            await StartAsync();
        for (var i = 1; i < 4; i++)
            Offer(i, 400);
        await PassAsync(8);
        await _workers[0].StopAsync();
        await PassAsync(25);

        // Each worker has a burst of one call, and is late by one at most when it begins.
        foreach (var (_, from) in _calls)
            Assert.InRange(_calls.Count(call => call.At >= from && call.At < from.AddSeconds(1)), 1, 25 + 3 + (2 * 4));
        var middle = _calls.Where(call => call.At >= Start.AddSeconds(6) && call.At < Start.AddSeconds(12)).ToList();
        Assert.InRange(middle.Count, 25 * 6 * 0.9, 25 * 6);
        foreach (var worker in middle.GroupBy(call => call.Worker))
            Assert.InRange(worker.Count(), 30, 45);
        // What a worker had that has gone is the others', before its lease would have ended.
        Assert.InRange(_calls.Count(call => call.Worker > 0 && call.At >= Start.AddSeconds(14)), 22 * 20, 25 * 25);
    }

    [Fact]
    public async Task Rate_WorkerWithLittleToDo_LeavesTheRestToTheOthers()
    {
        _agents.Limits = new() { CallsPerSecond = 20 };
        await StartAsync();
        await StartAsync();
        Offer(0, 400);
        for (var second = 0; second < 12; second++)
        {
            Offer(1, 2);
            await PassAsync(1);
        }

        var late = _calls.Where(call => call.At >= Start.AddSeconds(4)).ToList();
        Assert.InRange(late.Count(call => call.Worker == 1), 12, 18);
        Assert.InRange(late.Count(call => call.Worker == 0), 8 * 11, 8 * 18);
    }

    [Fact]
    public async Task LiveSessions_OfAWorkerThatStopped_StayReservedUntilTheyAreIdleForLong()
    {
        _agents.Limits = new() { LiveSessions = 10, SessionIdleTime = TimeSpan.FromMinutes(2) };
        await StartAsync();
        Offer(0, 4);
        await PassUntilAsync(() => _calls.Count == 4);
        await PassAsync(2);
        Assert.Equal(4, _calls.Count);
        await _workers[0].StopAsync();

        await StartAsync();
        Offer(1, 40);
        await PassUntilAsync(() => _calls.Count == 4 + 6);
        await PassAsync(30);
        Assert.Equal(4 + 6, _calls.Count);
        await PassAsync(150);

        Assert.InRange(_calls.Count, 4 + 10, 4 + 6 + 10);
    }

    private static DateTimeOffset Start => new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Items for a worker, whose agent answers at once.</summary>
    private void Offer(int worker, int items)
    {
        var batch = new BatchView(new()
        {
            CorrelationId = Guid.CreateVersion7(),
            CurrentState = BatchStatus.Processing,
            Spec = new() { Limits = new() { Concurrency = 10_000 } },
        });
        for (var i = 0; i < items; i++)
            _ = _items.Begin(() => CallAsync(worker, batch));
    }

    private async Task CallAsync(int worker, BatchView batch)
    {
        var governor = _workers[worker].Governor;
        using var admission = await governor.AdmitAsync(batch, TestAgents.Name);
        using var permit = await governor.AcquireAsync(admission);
        _calls.Add((worker, _time.GetUtcNow()));
        permit.End(null);
    }

    private async Task PassAsync(double seconds)
    {
        for (var left = (int)(seconds / Tick.TotalSeconds); left > 0; left--)
            await PassTickAsync();
    }

    private async Task PassUntilAsync(Func<bool> condition)
    {
        for (var left = (int)(LongestWaitSeconds / Tick.TotalSeconds); left > 0 && !condition(); left--)
            await PassTickAsync();
    }

    private async Task PassTickAsync()
    {
        _time.Advance(Tick);
        _items.GoOn();
        if (++_ticks % 5 == 0)
            await Task.Delay(1);
        // Keepers go on in threads of the pool: no more time passes than they can keep up with.
        if (_ticks % TicksOfALook == 0)
            foreach (var worker in _workers)
                await worker.LooksAsync();
    }

    private async Task StartAsync()
    {
        var options = new WorkerOptions { Concurrency = 25 };
        var governor = new InvocationGovernor(
            _agents, options, _lifetime, _time, NullLogger<InvocationGovernor>.Instance);
        var time = new WatchedTime(_time);
        var worker = new Member(governor, time, new(
            governor, new(), options, StorePace.Local, time, NullLogger<ShareKeeper>.Instance, _shares));
        _workers.Add(worker);
        await worker.StartAsync();
    }

    private sealed class Member(InvocationGovernor governor, WatchedTime time, ShareKeeper keeper)
    {
        private int _waits;
        private bool _hasStopped;

        public InvocationGovernor Governor => governor;

        public async Task StartAsync()
        {
            await keeper.StartAsync(CancellationToken.None);
            await LooksAsync();
        }

        /// <summary>Waits until the keeper has looked anew, unless it has stopped.</summary>
        public async Task LooksAsync()
        {
            if (_hasStopped)
                return;
            await Eventually.IsTrueAsync(() => time.Waits > _waits);
            _waits = time.Waits;
        }

        public Task StopAsync()
        {
            _hasStopped = true;
            return keeper.StopAsync(CancellationToken.None);
        }
    }
}
