using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Items;

/// <summary>A cancel sends every pending row, also those that another worker has in its hands.</summary>
public sealed class CancelInTheFleetTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync(new WorkerOptions());
        _batch = await _flow.AddBatchAsync(FlowHarness.SliceSize);
        await _flow.DispatchAllAsync(_batch);
        await _flow.Get<IJournal>().AppendAsync(
            new(ItemSession.IdFor(_batch.CorrelationId, 1),
                JournalEvent.IdFor(0, 1, 0, JournalStatus.InvocationStarted), _flow.Time.GetUtcNow(),
                JournalStatus.InvocationStarted, 1, "another worker"),
            CancellationToken.None);
        await _flow.ChangeAsync(_batch, b =>
            (b.CurrentState, b.EndReason, b.EndStatus, b.EndRequestedAt) =
                (BatchStatus.Cancelling, "enough", BatchStatus.Cancelled, _flow.Time.GetUtcNow()));
    }

    public Task DisposeAsync() => _flow.DisposeAsync().AsTask();

    [Fact]
    public async Task Process_BegunByAnotherWorker_IsPutOffUntilTheGraceIsOver()
    {
        var message = _flow.ItemOf(_batch, 1, mayRepeat: true) with { Agent = "" };

        await _flow.ProcessAsync(message);
        await _flow.ProcessAsync(message);
        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        var due = await _flow.Get<ISchedule>().ClaimDueAsync(
            _flow.Time.GetUtcNow() + BatchDirectory.CancelGrace, 10, TimeSpan.FromSeconds(1), null, CancellationToken.None);
        Assert.Single(due);

        _flow.Time.Advance(BatchDirectory.CancelGrace);
        await _flow.ProcessAsync(message);
        Assert.Equal(ItemState.Cancelled, (await _flow.FindSettledAsync(_batch, 1))!.State);
        Assert.Empty(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_NotBegunByAnyone_IsCancelledAtOnce()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 2, mayRepeat: true) with { Agent = "" });

        Assert.Equal(ItemState.Cancelled, (await _flow.FindSettledAsync(_batch, 2))!.State);
    }
}
