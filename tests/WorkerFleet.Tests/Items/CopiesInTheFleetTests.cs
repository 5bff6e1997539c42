using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Items;

/// <summary>A resume sends every pending row again, also those that another worker calls the agent for.</summary>
public sealed class CopiesInTheFleetTests : IAsyncLifetime
{
    private const string Other = "another worker";

    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync(new WorkerOptions());
        _batch = await _flow.AddBatchAsync(FlowHarness.SliceSize);
        await _flow.DispatchAllAsync(_batch);
        await BeatAsync();
        await AppendAsync(JournalStatus.InvocationStarted);
    }

    public Task DisposeAsync() => _flow.DisposeAsync().AsTask();

    [Fact]
    public async Task FindWhereItStood_AnotherWorkerIsInTheCall_LooksAgainLater()
    {
        Assert.Null(await FindAsync());
        Assert.Null(await FindAsync());

        _flow.Time.Advance(TimeSpan.FromSeconds(5));
        var due = Assert.Single(await _flow.Get<ISchedule>().ClaimDueAsync(
            _flow.Time.GetUtcNow(), 10, TimeSpan.FromSeconds(1), null, CancellationToken.None));
        Assert.Equal(RetrySchedule.KeyOf(_batch.CorrelationId, 1), due.Message.Key);
    }

    [Fact]
    public async Task FindWhereItStood_TheOtherWorkerIsSilent_GoesOn()
    {
        Assert.Null(await FindAsync());

        _flow.Time.Advance(LiveWorkers.GoneAfter + TimeSpan.FromSeconds(1));

        Assert.Equal(1, (await FindAsync())!.Value.Starts);
    }

    [Fact]
    public async Task FindWhereItStood_TheOtherWorkerGaveItBack_GoesOn()
    {
        await AppendAsync(JournalStatus.Released);

        Assert.NotNull(await FindAsync());
    }

    [Fact]
    public async Task FindWhereItStood_TheBrokerTookTheMessageFromIt_GoesOnAtOnce() =>
        Assert.NotNull(await FindAsync(redelivered: true));

    private async Task<ItemHistory?> FindAsync(bool redelivered = false) =>
        await _flow.Get<ItemResumption>().FindWhereItStoodAsync(
            (await _flow.Get<BatchDirectory>().FindAsync(_batch.CorrelationId, CancellationToken.None))!,
            _flow.ItemOf(_batch, 1, mayRepeat: true), redelivered, CancellationToken.None);

    private Task BeatAsync() => _flow.Get<IWorkerRegistry>().PutAsync(
        new()
        {
            Id = Other,
            Host = "host",
            Version = "1",
            Roles = [FleetRole.Worker],
            StartedAt = _flow.Time.GetUtcNow(),
            SeenAt = _flow.Time.GetUtcNow(),
            Status = WorkerStatus.Running,
        },
        CancellationToken.None);

    private Task AppendAsync(string status) => _flow.Get<IJournal>().AppendAsync(
        new(ItemSession.IdFor(_batch.CorrelationId, 1), JournalEvent.IdFor(0, 1, 0, status), _flow.Time.GetUtcNow(),
            status, 1, Other),
        CancellationToken.None);
}
