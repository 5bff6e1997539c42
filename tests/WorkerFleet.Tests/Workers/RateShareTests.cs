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

    private readonly ManualTime _time = new();
    private readonly TestAgents _agents = new();
    private readonly StubLifetime _lifetime = new();
    private readonly InMemoryLimitShares _shares = new();
    private readonly List<Member> _workers = [];
    private readonly List<(int Worker, DateTimeOffset At)> _calls = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.Keeper.StopAsync(CancellationToken.None);
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
        await _workers[0].Keeper.StopAsync(CancellationToken.None);
        await PassAsync(25);

        var calls = Calls();
        // Each worker has a burst of one call, and is late by one at most when it begins.
        foreach (var (_, from) in calls)
            Assert.InRange(calls.Count(call => call.At >= from && call.At < from.AddSeconds(1)), 1, 25 + 3 + (2 * 4));
        var middle = calls.Where(call => call.At >= Start.AddSeconds(6) && call.At < Start.AddSeconds(12)).ToList();
        Assert.InRange(middle.Count, 25 * 6 * 0.9, 25 * 6);
        foreach (var worker in middle.GroupBy(call => call.Worker))
            Assert.InRange(worker.Count(), 30, 45);
        // What a worker had that has gone is the others', before its lease would have ended.
        Assert.InRange(calls.Count(call => call.Worker > 0 && call.At >= Start.AddSeconds(14)), 22 * 20, 25 * 25);
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

        var late = Calls().Where(call => call.At >= Start.AddSeconds(4)).ToList();
        Assert.InRange(late.Count(call => call.Worker == 1), 12, 18);
        Assert.InRange(late.Count(call => call.Worker == 0), 8 * 11, 8 * 18);
    }

    [Fact]
    public async Task LiveSessions_OfAWorkerThatStopped_StayReservedUntilTheyAreIdleForLong()
    {
        _agents.Limits = new() { LiveSessions = 10, SessionIdleTime = TimeSpan.FromMinutes(2) };
        await StartAsync();
        Offer(0, 4);
        await PassAsync(2);
        Assert.Equal(4, Calls().Count);
        await _workers[0].Keeper.StopAsync(CancellationToken.None);

        await StartAsync();
        Offer(1, 40);
        await PassAsync(30);
        Assert.Equal(4 + 6, Calls().Count);
        await PassAsync(150);

        Assert.InRange(Calls().Count, 4 + 10, 4 + 6 + 10);
    }

    private static DateTimeOffset Start => new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private IReadOnlyList<(int Worker, DateTimeOffset At)> Calls()
    {
        lock (_calls)
            return [.. _calls];
    }

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
            _ = CallAsync(worker, batch);
    }

    private async Task CallAsync(int worker, BatchView batch)
    {
        var governor = _workers[worker].Governor;
        using var admission = await governor.AdmitAsync(batch, TestAgents.Name);
        using var permit = await governor.AcquireAsync(admission);
        lock (_calls)
            _calls.Add((worker, _time.GetUtcNow()));
        permit.End(null);
    }

    private async Task PassAsync(double seconds)
    {
        for (var left = (int)(seconds / Tick.TotalSeconds); left > 0; left--)
        {
            _time.Advance(Tick);
            await Task.Yield();
            if (left % 5 == 0)
                await Task.Delay(1);
        }
    }

    private async Task StartAsync()
    {
        var options = new WorkerOptions { Concurrency = 25 };
        var governor = new InvocationGovernor(
            _agents, options, _lifetime, _time, NullLogger<InvocationGovernor>.Instance);
        var keeper = new ShareKeeper(governor, new(), options, StorePace.Local, _time, NullLogger<ShareKeeper>.Instance, _shares);
        _workers.Add(new(governor, keeper));
        await keeper.StartAsync(CancellationToken.None);
    }

    private sealed record Member(InvocationGovernor Governor, ShareKeeper Keeper);
}
