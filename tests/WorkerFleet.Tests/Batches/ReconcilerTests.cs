using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Batches;

public sealed class ReconcilerTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly TestBatch _batch = TestBatch.Csv(8);
    private readonly InMemorySchedule _schedule = new();
    private readonly InFlightItems _inFlight = new();
    private readonly FixedWorkers _workers = new();
    private readonly InMemoryLeases _leases = new();
    private readonly DrivenBatches _driven = new() { All = true };
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMassTransitTestHarness(bus => bus.UsingInMemory())
        .BuildServiceProvider(validateScopes: true);

    private int _version;
    private Reconciler _reconciler = null!;
    private HeadStarts _headStarts = null!;
    private BusWatch _watch = null!;

    private int Redriven => _watch.Sent<RedriveBatch>().Count;

    private ITestHarness Bus => _services.GetRequiredService<ITestHarness>();

    public async Task InitializeAsync()
    {
        await Bus.Start();
        _watch = new(Bus.Bus);
        _version = _batch.State.Version;
        var exporter = new ResultExporter(
            _batch.Store, _batch.Ledger, _batch.Sources, _time, ExportLocations.Local);
        _headStarts = new(
            new(_batch.Store, StorePace.Local, _time, NullLogger<BatchDirectory>.Instance), exporter, _driven,
            new(_leases, new(), _time, NullLogger<LeaseHolder>.Instance), _time, NullLogger<HeadStarts>.Instance);
        var aggregator = new Aggregator(
            _batch.Store, _batch.Ledger, new InMemoryDeadLetters(), exporter, _headStarts,
            NullLogger<Aggregator>.Instance);
        _reconciler = new(
            _batch.Store, _batch.Ledger, _schedule, new(Bus.Bus), _driven, _inFlight, aggregator, _workers, _leases, new(),
            StorePace.Local, _time, NullLogger<Reconciler>.Instance);
        await _reconciler.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _batch.Ledger.Counted > 0);
    }

    public async Task DisposeAsync()
    {
        await _reconciler.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    public void Dispose()
    {
        _reconciler.Dispose();
        _headStarts.Dispose();
    }

    [Fact]
    public async Task Check_NoProgress_RedrivesAfterFifteenSecondsAndThenAgain()
    {
        await TickAsync(15);
        Assert.Equal(0, Redriven);
        await TickAsync(2);
        Assert.Equal(1, Redriven);
        await TickAsync(14);
        Assert.Equal(1, Redriven);
        await TickAsync(3);
        Assert.Equal(2, Redriven);
    }

    [Fact]
    public async Task Check_SlowProgress_IsNoAlarm()
    {
        for (var i = 0; i < 4; i++)
        {
            await TickAsync(14);
            _batch.Succeed(i);
        }

        Assert.Equal(0, Redriven);
    }

    [Fact]
    public async Task Check_SagaMoves_IsNoAlarm()
    {
        for (var i = 0; i < 4; i++)
        {
            await TickAsync(14);
            _batch.State.Version++;
        }

        Assert.Equal(0, Redriven);
    }

    [Fact]
    public async Task Check_ItemOfTheBatchInFlight_IsNoAlarm()
    {
        _inFlight.TryBegin(_batch.Id, 1);

        await TickAsync(60);

        Assert.Equal(0, Redriven);
    }

    [Fact]
    public async Task Check_WorkerSaysThatItWorksOnTheBatch_IsNoAlarmUntilItSaysNothingAnyMore()
    {
        _workers.Workers.Add(new()
        {
            Id = "w", Host = "h", Version = "1", Roles = ["worker"], Status = WorkerStatus.Running,
            StartedAt = _time.GetUtcNow(), SeenAt = _time.GetUtcNow() + TimeSpan.FromSeconds(60), Batches = [_batch.Id],
        });

        await TickAsync(69);
        Assert.Equal(0, Redriven);
        await TickAsync(18);
        Assert.Equal(1, Redriven);
    }

    [Fact]
    public async Task Check_AnotherProcessHasTheLease_LeavesRepairToIt()
    {
        _leases.Holders["reconciler"] = "another";
        await TickAsync(60);
        Assert.Equal(0, Redriven);

        _leases.Holders.Clear();
        await TickAsync(14);
        Assert.Equal(0, Redriven);
        await TickAsync(4);
        Assert.Equal(1, Redriven);
    }

    [Fact]
    public async Task Check_OnlyAnotherBatchIsBusy_StillRaisesTheAlarm()
    {
        _inFlight.TryBegin(Guid.CreateVersion7(), 1);

        await TickAsync(17);

        Assert.Equal(1, Redriven);
    }

    [Fact]
    public async Task Check_Paused_IsNoAlarmNorRightAfterTheResume()
    {
        _batch.State.CurrentState = BatchStatus.Paused;
        await TickAsync(60);
        _batch.State.CurrentState = BatchStatus.Processing;
        await TickAsync(14);

        Assert.Equal(0, Redriven);
    }

    [Fact]
    public async Task Check_AllPendingWaitForTheirRetry_IsGivenFiveMinutes()
    {
        for (var i = 0; i < 6; i++)
            _batch.Succeed(i);
        await PutRetryAsync(6);
        await PutRetryAsync(7);

        await TickAsync(299);
        Assert.Equal(0, Redriven);
        await TickAsync(5);
        Assert.Equal(1, Redriven);
    }

    [Fact]
    public async Task Check_OnePendingItemDoesNotWait_IsAnAlarm()
    {
        for (var i = 0; i < 6; i++)
            _batch.Succeed(i);
        await PutRetryAsync(6);

        await TickAsync(18);

        Assert.Equal(1, Redriven);
    }

    [Fact]
    public async Task Check_AllWaitButADispatchIsOut_IsAnAlarm()
    {
        for (var i = 0; i < 8; i++)
            await PutRetryAsync(i);
        _batch.State.DispatchInFlight = true;

        await TickAsync(18);

        Assert.Equal(1, Redriven);
    }

    [Fact]
    public async Task Check_BatchThatCannotBeRead_DoesNotHideTheOthers()
    {
        var unreadable = Guid.CreateVersion7();
        _batch.Store.Add(new() { CorrelationId = unreadable, CurrentState = BatchStatus.Processing });
        _batch.Ledger.OnCount = batch =>
        {
            if (batch == unreadable)
                throw new IOException("damaged");
        };

        await TickAsync(18);

        await Eventually.IsTrueAsync(() => Redriven == 1);
    }

    [Fact]
    public async Task Check_StoreOutOfReachForAWhile_GoesOnAfterwards()
    {
        _batch.Ledger.OnCount = _ => throw new OperationCanceledException();
        await TickAsync(5);
        _batch.Ledger.OnCount = null;

        await TickAsync(20);

        await Eventually.IsTrueAsync(() => Redriven == 1);
    }

    /// <summary>
    /// Each tick is waited for: otherwise several would count as one. What the last one sends may not be there yet, so a
    /// test that expects it goes a tick further.
    /// </summary>
    private async Task TickAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var (counted, kept, refused) = (_batch.Ledger.Counted, _batch.Ledger.Kept, _leases.Refused);
            // A batch that moves is not counted.
            var moves = _batch.State.Version != _version;
            _version = _batch.State.Version;
            _time.Advance(Tick);
            await Eventually.IsTrueAsync(() =>
                _batch.Ledger.Counted > counted || _leases.Refused > refused || (moves && _batch.Ledger.Kept > kept));
        }
    }

    private Task PutRetryAsync(long index) => _schedule.PutAsync(
        new($"retry/{index}", _batch.Id, _time.GetUtcNow().AddHours(1), "items", "ProcessBatchItem", "{}"),
        CancellationToken.None);
}
