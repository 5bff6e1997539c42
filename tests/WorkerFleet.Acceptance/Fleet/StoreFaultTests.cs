using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Store;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>The store is there, but nobody can write to it for a while.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class StoreFaultTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 5_000;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan LockedFor = TimeSpan.FromSeconds(10);

    private readonly FlakyBatch _batch = new(Rows);
    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync()
    {
        _batch.Prepare(_fleet.Workspace, Latency);
        return _fleet.StartAsync(1, 4, "--concurrency", "10");
    }

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Batch_StoreLockedForTenSeconds_EndsAsTheUndisturbedOne()
    {
        var id = await _batch.SubmitAsync(_fleet, concurrency: 20);
        var trace = new ProgressTrace(_fleet, id, log);
        var following = trace.FollowToEndAsync();
        await _fleet.WaitForSettledAsync(id, 1_000);

        var (before, after) = await LockAsync(id);

        trace.Note($"the lock is released; {before} settled when it was taken, {after} at its end");
        Assert.InRange(before, 1_000, Rows - 1);
        Assert.Equal(before, after);
        await _batch.ShouldHaveEndedAsUndisturbedAsync(_fleet, await following, log);
        Assert.All(_fleet.Members, member => Assert.True(member.IsRunning, member.Log));
    }

    /// <returns>How many items were settled when the store had been locked, and when it was about to be released.</returns>
    private async Task<(long Before, long After)> LockAsync(Guid batch)
    {
        using var held = StoreLock.Take(_fleet.DataFolder);
        var before = (await _fleet.ProgressAsync(batch)).Counts.Settled;
        using var timer = new PeriodicTimer(LockedFor);
        await timer.WaitForNextTickAsync();
        return (before, (await _fleet.ProgressAsync(batch)).Counts.Settled);
    }
}
