using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Scheduling;

public sealed class ScheduleSweeperTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private readonly Guid _batch = Guid.CreateVersion7();
    private FlowHarness _flow = null!;
    private ScheduleSweeper? _sweeper;

    public async Task InitializeAsync() => _flow = await FlowHarness.StartAsync();

    public async Task DisposeAsync()
    {
        if (_sweeper is not null)
            await _sweeper.StopAsync(CancellationToken.None);
        await _flow.DisposeAsync();
    }

    public void Dispose() => _sweeper?.Dispose();

    [Fact]
    public async Task Sweep_RetryThatIsDue_IsSentAndDeleted()
    {
        await PutItemAsync(1, TimeSpan.Zero);
        await PutItemAsync(2, TimeSpan.FromSeconds(5));

        await StartAsync();

        await Eventually.IsTrueAsync(() => _flow.Sent<ProcessBatchItem>().Count == 1);
        await WaitingAsync(1);
        await AdvanceUntilAsync(() => _flow.Sent<ProcessBatchItem>().Count == 2);
        await WaitingAsync(0);
    }

    [Fact]
    public async Task Sweep_Command_StaysUntilItHasBeenHandled()
    {
        await CommandAsync();

        await StartAsync();
        await Eventually.IsTrueAsync(() => _flow.Sent<PauseBatch>().Count == 1);

        Assert.Equal(1, await CountAsync(QueueNames.Batches));
        _flow.Time.Advance(Lease);
        await AdvanceUntilAsync(() => _flow.Sent<PauseBatch>().Count == 2);
    }

    [Fact]
    public async Task Sweep_ClaimedByAProcessThatIsGone_IsSentWithoutWaitingForTheLease()
    {
        await CommandAsync();
        await _flow.Get<ISchedule>().ClaimDueAsync(_flow.Time.GetUtcNow(), 10, Lease, [_batch], CancellationToken.None);

        await StartAsync();

        await Eventually.IsTrueAsync(() => _flow.Sent<PauseBatch>().Count == 1);
    }

    [Fact]
    public async Task Sweep_DiedBetweenSendingAndDeleting_IsSentAgain()
    {
        await PutItemAsync(1, TimeSpan.Zero);
        _flow.Faults.FailNext(nameof(ISchedule.CompleteAsync));

        await StartAsync();
        await Eventually.IsTrueAsync(() => _flow.Sent<ProcessBatchItem>().Count == 1);
        _flow.Time.Advance(Lease);

        await AdvanceUntilAsync(() => _flow.Sent<ProcessBatchItem>().Count == 2);
        await WaitingAsync(0);
    }

    [Theory]
    [InlineData("MessageFromTheFuture", "{}")]
    [InlineData("ProcessBatchItem", "{")]
    [InlineData("ProcessBatchItem", "null")]
    public async Task Sweep_EntryThatCannotBeRead_DoesNotHoldUpTheOthers(string type, string body)
    {
        await _flow.Get<ISchedule>().PutAsync(
            new("poison", _batch, _flow.Time.GetUtcNow() - TimeSpan.FromHours(1), "items", type, body), CancellationToken.None);
        await PutItemAsync(1, TimeSpan.Zero);

        await StartAsync();

        await Eventually.IsTrueAsync(() => _flow.Sent<ProcessBatchItem>().Count == 1);
        await WaitingAsync(1);
    }

    [Fact]
    public async Task Sweep_BrokerRefusesOne_DeletesThoseThatItTookAndSendsItSoonerThanTheLease()
    {
        for (var i = 0; i < 3; i++)
            await PutItemAsync(i, TimeSpan.FromMilliseconds(i));
        var observing = _flow.Bus.Bus.ConnectSendObserver(new FailingSend(
            new OperationCanceledException(), message => message is ProcessBatchItem { Index: 1 }));
        _flow.Time.Advance(TimeSpan.FromSeconds(1));

        await StartAsync();
        await WaitingAsync(1);
        observing.Disconnect();

        // It was given back, while a claim would have kept it for the whole lease.
        await Eventually.HoldsAsync(
            () => _flow.Get<ISchedule>().FindEarliestAsync(CancellationToken.None), due => due <= _flow.Time.GetUtcNow());
        await AdvanceUntilAsync(() => _flow.Sent<ProcessBatchItem>().Count == 3);
        await WaitingAsync(0);
    }

    [Fact]
    public async Task Sweep_StoreOutOfReach_GoesOnWhenItIsBack()
    {
        await PutItemAsync(1, TimeSpan.Zero);
        _flow.Faults.FailNext(nameof(ISchedule.ClaimDueAsync), 2);

        await StartAsync();

        await AdvanceUntilAsync(() => _flow.Sent<ProcessBatchItem>().Count == 1);
    }

    [Fact]
    public async Task Sweep_BatchesThatAnotherProcessDrives_AreLeftAlone()
    {
        await PutItemAsync(1, TimeSpan.Zero);
        await PutItemAsync(2, TimeSpan.Zero, Guid.CreateVersion7());

        await StartAsync();
        await WaitingAsync(0);

        Assert.Equal(1, Assert.Single(_flow.Sent<ProcessBatchItem>()).Index);
    }

    private async Task StartAsync()
    {
        var driven = new DrivenBatches();
        driven.Add(_batch);
        _sweeper = new(
            _flow.Get<ISchedule>(), _flow.Get<FleetBus>(), driven, _flow.Time, NullLogger<ScheduleSweeper>.Instance);
        await _sweeper.StartAsync(CancellationToken.None);
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
    {
        _flow.Time.Advance(TimeSpan.FromMilliseconds(100));
        return condition();
    });

    private Task WaitingAsync(int expected) =>
        Eventually.HoldsAsync(() => CountAsync("items"), waiting => waiting == expected);

    private Task<int> CountAsync(string queue) =>
        _flow.Get<ISchedule>().CountAsync(_batch, queue, CancellationToken.None);

    private Task CommandAsync() => _flow.Get<ISchedule>().PutAsync(
        ScheduledMessages.Create("command", _batch, _flow.Time.GetUtcNow(), QueueNames.Batches, new PauseBatch(_batch)),
        CancellationToken.None);

    private Task PutItemAsync(long index, TimeSpan ahead, Guid? batch = null) => _flow.Get<ISchedule>().PutAsync(
        ScheduledMessages.Create(
            $"retry/{index}", batch ?? _batch, _flow.Time.GetUtcNow() + ahead, "items",
            new ProcessBatchItem(batch ?? _batch, index, 2, "agent", JsonElement.Parse("{}"))),
        CancellationToken.None);
}
