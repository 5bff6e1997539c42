using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class HeartbeatTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly ManualTime _time = new();
    private readonly StubLifetime _lifetime = new();
    private readonly StubResources _resources = new();
    private readonly Registry _registry = new();
    private readonly InFlightItems _items = new();
    private readonly TestAgents _agents = new();
    private readonly WorkerIdentity _identity = new();
    private readonly InvocationGovernor _governor;
    private readonly PressureGauge _gauge;
    private readonly Heartbeat _heartbeat;

    public HeartbeatTests()
    {
        var options = new WorkerOptions { Concurrency = 25 };
        _governor = new(_agents, options, _lifetime, _time, NullLogger<InvocationGovernor>.Instance);
        _gauge = new(_governor, _resources, options, _time, NullLogger<PressureGauge>.Instance);
        _heartbeat = new(_registry, _identity, [new(FleetRole.Worker), new(FleetRole.Orchestrator)],
            [new(_governor, _gauge, _items, options)], [_items], _resources, _lifetime, StorePace.Local, _time,
            NullLogger<Heartbeat>.Instance);
    }

    /// <summary>Whether gauge and heartbeat have seen what time it is: none goes by while they are at work.</summary>
    private bool BothWait => _time.Waiting(StorePace.Local.Report) == 2;

    public async Task InitializeAsync()
    {
        await _gauge.StartAsync(CancellationToken.None);
        await _heartbeat.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _registry.Record is not null && BothWait);
    }

    public async Task DisposeAsync()
    {
        await _heartbeat.StopAsync(CancellationToken.None);
        await _gauge.StopAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _heartbeat.Dispose();
        _gauge.Dispose();
        _governor.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task Beat_WithItems_SaysHowTheProcessIs()
    {
        var batch = new BatchView(new() { CorrelationId = Guid.CreateVersion7() });
        _items.TryBegin(batch.Id, 1);
        _ = _governor.AdmitAsync(batch, TestAgents.Name).AsTask();
        _governor.Limits.Single().Grant(5, long.MaxValue);
        for (var i = 0; i < 100; i++)
            _items.CountSettled();
        _resources.Reading = new(600, 1_000, TimeSpan.FromSeconds(2), 2);

        await AdvanceUntilAsync(() => _registry.Record is { InFlight: 1, MemoryBytes: 600 });
        var record = _registry.Record!;

        Assert.Equal((_identity.Id, WorkerStatus.Running, null), (record.Id, record.Status, record.Note));
        Assert.Equal([FleetRole.Orchestrator, FleetRole.Worker], record.Roles);
        Assert.Equal((25, 25, 1_000L), (record.Capacity, record.Concurrency, record.MemoryLimitBytes));
        Assert.Equal([batch.Id], record.Batches);
        Assert.InRange(record.ItemsPerSecond, 1, 100);
        Assert.InRange(record.Cpu, 0.01, 1);
        Assert.True(record.SeenAt > record.StartedAt);
        Assert.NotEmpty(record.Version);
    }

    [Fact]
    public async Task Beat_WithItems_SaysHowManyOfEachBatchAndHowLongCallsTakeUntilThatIsLongAgo()
    {
        var (busy, slow) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        _items.BeginCall(busy);
        _items.BeginCall(busy);
        for (var i = 0; i < 9; i++)
            _items.Latencies.Add(busy, TimeSpan.FromMilliseconds(100));
        _items.Latencies.Add(busy, TimeSpan.FromSeconds(10));
        _items.Latencies.Add(slow, TimeSpan.FromMinutes(3));

        await AdvanceUntilAsync(() => _registry.Record is { Activity.Count: 2 });
        var (first, second) = (_registry.Record!.Activity[0], _registry.Record!.Activity[1]);

        Assert.Equal((busy, 2, slow, 0), (first.BatchId, first.InFlight, second.BatchId, second.InFlight));
        Assert.InRange(LatencyBuckets.Percentile(first.Latencies, 0.9)!.Value.TotalMilliseconds, 90, 110);
        Assert.InRange(LatencyBuckets.Percentile(first.Latencies, 0.99)!.Value.TotalSeconds, 9, 11);
        Assert.InRange(LatencyBuckets.Percentile(second.Latencies, 0.5)!.Value.TotalMinutes, 2.7, 3.3);
        await AdvanceUntilAsync(() => _registry.Record is { Activity: [{ Latencies.Count: 0 }] });
    }

    [Fact]
    public async Task Beat_MemoryShort_SaysWhyItTakesFewerAndWhenItIsOver()
    {
        _resources.Reading = new(910, 1_000, TimeSpan.Zero, 2);

        await AdvanceUntilAsync(() => _registry.Record is { Status: WorkerStatus.Pressed, Capacity: 1 });
        Assert.Contains("takes 1 of 25 items at a time", _registry.Record!.Note, StringComparison.Ordinal);
        Assert.Equal(1, _resources.Reliefs);

        _resources.Reading = new(100, 1_000, TimeSpan.Zero, 2);
        await AdvanceUntilAsync(() => _registry.Record is { Status: WorkerStatus.Running, Capacity: 25, Note: null });
    }

    [Fact]
    public async Task Stop_Asked_SaysThatItDrainsAtOnceAndIsGoneInTheEnd()
    {
        _lifetime.StopApplication();
        await Eventually.IsTrueAsync(() => _registry.Record!.Status == WorkerStatus.Draining);

        await _heartbeat.StopAsync(CancellationToken.None);

        Assert.Null(_registry.Record);
    }

    [Fact]
    public async Task Beat_RegisterOutOfReach_GoesOn()
    {
        _registry.IsOutOfReach = true;
        await AdvanceUntilAsync(() => _registry.Failures > 2);

        _registry.IsOutOfReach = false;
        var before = _registry.Record!.SeenAt;
        await AdvanceUntilAsync(() => _registry.Record!.SeenAt > before);
    }

    [Fact]
    public async Task Beat_NowAndThen_RemovesWhatHasNotBeenSeenForADay()
    {
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromDays(1), _registry.RemovedBefore);
        var first = _registry.RemovedBefore;

        _time.Advance(TimeSpan.FromMinutes(10));

        await AdvanceUntilAsync(() => _registry.RemovedBefore > first);
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
    {
        if (BothWait)
            _time.Advance(Tick);
        return condition();
    });

    private sealed class Registry : IWorkerRegistry
    {
        public WorkerRecord? Record { get; private set; }

        public DateTimeOffset? RemovedBefore { get; private set; }

        public bool IsOutOfReach { get; set; }

        public int Failures { get; private set; }

        public Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken)
        {
            if (IsOutOfReach)
            {
                Failures++;
                throw new StoreException(StoreFault.NotWritable, "It is out of reach.");
            }

            Record = worker;
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<WorkerRecord>> ListAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<WorkerRecord>>(Record is null ? [] : [Record]);

        public Task RemoveAsync(string workerId, CancellationToken cancellationToken)
        {
            if (Record?.Id == workerId)
                Record = null;
            return Task.CompletedTask;
        }

        public Task RemoveBeforeAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken)
        {
            RemovedBefore = seenBefore;
            return Task.CompletedTask;
        }
    }
}
