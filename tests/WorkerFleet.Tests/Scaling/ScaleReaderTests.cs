using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Scaling;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Scaling;

public sealed class ScaleReaderTests
{
    private const int SliceSize = 100;

    private readonly ManualTime _time = new();
    private readonly InMemoryBatchStore _batches = new();
    private readonly InMemoryLedger _ledger = new();
    private readonly FixedWorkers _workers = new();
    private readonly TestAgents _agents = new();
    private readonly ScaleReader _reader;

    public ScaleReaderTests() => _reader = new(
        _batches, _ledger, _workers, _agents, new ScaleOptions { WorkerConcurrency = 40 }, _time);

    [Fact]
    public async Task Read_SlicesInWork_CountsWhatTheyHavePending()
    {
        // 10 slices dispatched of 20; 8 are settled, and two have 30 and 70 rows left.
        var batch = Add(2_000, dispatched: 10);
        for (var slice = 0; slice < 8; slice++)
            batch.SettledSlices.Add(slice);
        AddSlice(batch, 8, pending: 30);
        AddSlice(batch, 9, pending: 70);

        Assert.Equal(1_100, (await ReadAsync()).Backlog);
    }

    [Fact]
    public async Task Read_ManySlicesInWork_ReadsFewAndTakesTheOthersForPending()
    {
        var batch = Add(10_000, dispatched: 100);
        for (var slice = 0; slice < 100; slice++)
            AddSlice(batch, slice, pending: 1);

        // 4 are read.
        Assert.Equal((96 * SliceSize) + 4, (await ReadAsync()).Backlog);
    }

    [Fact]
    public async Task Read_PausedBatch_IsNoBacklogAndIsCounted()
    {
        Add(500);
        Add(2_000).CurrentState = BatchStatus.Paused;

        var look = await _reader.ReadAsync(CancellationToken.None);

        Assert.Equal((500, 10), (look.Input.Backlog, look.Input.BatchConcurrency));
        Assert.Equal(
            new Dictionary<string, int> { [BatchStatus.Submitted] = 1, [BatchStatus.Paused] = 1 }, look.Batches);
    }

    [Fact]
    public async Task Read_SmallBatch_AsksForNoMoreConcurrencyThanItHasRows()
    {
        Add(3);

        Assert.Equal(3, (await ReadAsync()).BatchConcurrency);
    }

    [Fact]
    public async Task Read_NoWorker_TakesTheConfiguredConcurrency() =>
        Assert.Equal((0, 40), ((await ReadAsync()).Workers, (await ReadAsync()).WorkerConcurrency));

    [Fact]
    public async Task Read_Workers_AreThoseThatLiveAndTakeItems()
    {
        AddWorker("a", inFlight: 10);
        AddWorker("b", inFlight: 10);
        AddWorker("leaves", inFlight: 10, WorkerStatus.Draining);
        AddWorker("orchestrator", concurrency: 0);
        _workers.Workers.Add(_workers.Workers[0] with { Id = "gone", SeenAt = _time.GetUtcNow() - TimeSpan.FromMinutes(1) });

        var input = await ReadAsync();

        Assert.Equal((2, 10, 6.0, true), (input.Workers, input.WorkerConcurrency, input.ItemsPerSecond, input.IsBusy));
    }

    [Fact]
    public async Task Read_WorkersWithoutWork_AreNotBusy()
    {
        AddWorker("a", inFlight: 7);

        Assert.False((await ReadAsync()).IsBusy);
    }

    [Fact]
    public async Task Read_Latencies_AreTheAgentsAndRemembered()
    {
        _agents.Limits = new() { NewSessionsPerSecond = 25 };
        var batch = Add(500);
        AddWorker("a", latencies: new(batch.CorrelationId, 3, new Dictionary<int, int>
        {
            [LatencyBuckets.Of(TimeSpan.FromSeconds(2))] = 9,
        }));

        var input = await ReadAsync();
        _workers.Workers.Clear();
        var after = await ReadAsync();

        var feed = Assert.Single(input.Agents);
        Assert.Equal(25, feed.Limits.NewSessionsPerSecond);
        Assert.InRange(feed.CallDuration!.Value.TotalSeconds, 1.8, 2.2);
        Assert.Equal(feed, Assert.Single(after.Agents));
        Assert.Equal((3, feed.CallDuration, feed.CallDuration), (input.Calls, input.CallDuration, after.CallDuration));
    }

    [Fact]
    public async Task Read_NothingToDo_ShowsTheAgentsWithLimits()
    {
        Assert.Empty((await ReadAsync()).Agents);

        _agents.Limits = new() { Concurrency = 5 };

        Assert.Single((await ReadAsync()).Agents);
    }

    private async Task<ScaleInput> ReadAsync() => (await _reader.ReadAsync(CancellationToken.None)).Input;

    private BatchState Add(long rows, int dispatched = 0) => _batches.Add(new()
    {
        CorrelationId = Guid.CreateVersion7(),
        CurrentState = BatchStatus.Submitted,
        TotalRows = rows,
        Cursor = new((long)dispatched * SliceSize, 0, 0),
        SlicesDispatched = dispatched,
        Spec = new() { Agents = new() { Default = TestAgents.Name }, Limits = new() { SliceSize = SliceSize } },
    });

    private void AddSlice(BatchState batch, int number, int pending) =>
        _ledger.Slices[(batch.CorrelationId, number)] = new(
            batch.CorrelationId, number, new(number * SliceSize, 0, 0), new((number + 1) * SliceSize, 0, 0), SliceSize,
            RowSet.Full(pending), new(pending, SliceSize - pending, 0, 0, 0));

    private void AddWorker(
        string id, int inFlight = 0, WorkerStatus status = WorkerStatus.Running, int concurrency = 10,
        BatchActivity? latencies = null) => _workers.Workers.Add(new()
        {
            Id = id,
            Host = "here",
            Version = "1",
            Roles = [concurrency > 0 ? FleetRole.Worker : FleetRole.Orchestrator],
            StartedAt = _time.GetUtcNow(),
            SeenAt = _time.GetUtcNow(),
            Status = status,
            InFlight = inFlight,
            Capacity = concurrency,
            Concurrency = concurrency,
            ItemsPerSecond = concurrency > 0 ? 3 : 0,
            Activity = latencies is null ? [] : [latencies],
        });
}
