using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Batches;

public sealed class BatchDirectoryTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private readonly ManualTime _time = new();
    private readonly SnapshotBatchStore _store = new();
    private readonly BatchDirectory _directory;

    public BatchDirectoryTests() => _directory = new(_store, StorePace.Local, _time, NullLogger<BatchDirectory>.Instance);

    public async Task InitializeAsync()
    {
        await _directory.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _time.Waits(Tick));
    }

    public Task DisposeAsync() => _directory.StopAsync(CancellationToken.None);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Find_StateChangesInTheStore_IsSeenWithinATick()
    {
        var view = await AddAsync();
        await ChangeAsync(view.Id, b => b.CurrentState = BatchStatus.Paused);

        await AdvanceUntilAsync(() => view.IsPaused);
    }

    [Fact]
    public async Task Update_WithAnOlderAnswer_KeepsTheNewerState()
    {
        var view = await AddAsync();
        var older = (await _store.FindAsync(view.Id, CancellationToken.None))!;
        await ChangeAsync(view.Id, b => b.CurrentState = BatchStatus.Cancelling);
        await _directory.RefreshAsync(view.Id, CancellationToken.None);

        view.Update(older);

        Assert.True(view.IsEnding);
    }

    [Fact]
    public async Task Refresh_ViewNobodyUses_IsForgotten()
    {
        var view = await AddAsync();
        var probe = await AddAsync();
        probe.BeginUse();
        _time.Advance(TimeSpan.FromMinutes(11));

        // Whatever the order, a second round over all views has been begun when the second change is seen.
        foreach (var status in (string[])[BatchStatus.Paused, BatchStatus.Cancelling])
        {
            await ChangeAsync(probe.Id, b => b.CurrentState = status);
            await AdvanceUntilAsync(() => probe.State.CurrentState == status);
        }

        Assert.NotSame(view, await _directory.FindAsync(view.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Refresh_ViewWithItemsForALongTime_IsKept()
    {
        var view = await AddAsync();
        view.BeginUse();
        await ChangeAsync(view.Id, b => b.CurrentState = BatchStatus.Paused);
        _time.Advance(TimeSpan.FromMinutes(11));

        // That the change is seen shows that the tick has come by.
        await AdvanceUntilAsync(() => view.IsPaused);
        Assert.Same(view, await _directory.FindAsync(view.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Refresh_EndingForLongerThanTheGrace_AbandonsUntilAReplay()
    {
        var view = await AddAsync();
        view.BeginUse();
        await ChangeAsync(view.Id, b => (b.CurrentState, b.EndRequestedAt) = (BatchStatus.Cancelling, _time.GetUtcNow()));
        await AdvanceUntilAsync(() => view.IsEnding);
        Assert.False(view.Abandoned.IsCancellationRequested);

        _time.Advance(BatchDirectory.CancelGrace);
        await AdvanceUntilAsync(() => view.Abandoned.IsCancellationRequested);

        await ChangeAsync(view.Id, b => b.CurrentState = BatchStatus.Processing);
        await AdvanceUntilAsync(() => !view.IsEnding);
        Assert.False(view.Abandoned.IsCancellationRequested);
    }

    [Theory]
    [InlineData(BatchStatus.Paused)]
    [InlineData(BatchStatus.Cancelling)]
    [InlineData(BatchStatus.Aggregating)]
    public async Task Refresh_BatchDoesNotGoOn_IsHaltedUntilItDoes(string status)
    {
        var view = await AddAsync();
        var halted = view.Halted;
        await ChangeAsync(view.Id, b => b.CurrentState = status);
        await AdvanceUntilAsync(() => halted.IsCancellationRequested);

        await ChangeAsync(view.Id, b => b.CurrentState = BatchStatus.Processing);
        await AdvanceUntilAsync(() => !view.Halted.IsCancellationRequested);

        Assert.True(halted.IsCancellationRequested);
    }

    [Fact]
    public async Task Refresh_BatchDeleted_IsForgotten()
    {
        var view = await AddAsync();
        await _store.DeleteAsync(view.Id, CancellationToken.None);

        Assert.Null(await _directory.RefreshAsync(view.Id, CancellationToken.None));
        Assert.Null(await _directory.FindAsync(view.Id, CancellationToken.None));
    }

    private async Task<BatchView> AddAsync()
    {
        var id = Guid.CreateVersion7();
        await _store.InsertAsync(
            new() { CorrelationId = id, CurrentState = BatchStatus.Processing }, CancellationToken.None);
        return (await _directory.FindAsync(id, CancellationToken.None))!;
    }

    private async Task ChangeAsync(Guid batchId, Action<BatchState> change)
    {
        var batch = (await _store.FindAsync(batchId, CancellationToken.None))!;
        change(batch);
        await _store.UpdateAsync(batch, batch.Version++, CancellationToken.None);
    }

    /// <summary>Ticks, each once the one before has looked at the views: time goes by no faster than they are refreshed.</summary>
    private Task AdvanceUntilAsync(Func<bool> condition)
    {
        var seen = -1;
        return Eventually.IsTrueAsync(() =>
        {
            if (_store.Glances > seen)
            {
                seen = _store.Glances;
                _time.Advance(Tick);
            }

            return condition();
        });
    }
}
