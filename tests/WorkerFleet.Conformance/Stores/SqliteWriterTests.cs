using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Sqlite.Database;
using WorkerFleet.Storage;

namespace WorkerFleet.Conformance.Stores;

/// <summary>How writes share a transaction, and what each of them is told when something goes wrong.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Guid _batch = Guid.CreateVersion7();
    private SqliteFixture _fixture = null!;
    private ServiceProvider _store = null!;

    private SqliteDatabase Database => _store.GetRequiredService<SqliteDatabase>();

    private IJournal Journal => _store.GetRequiredService<IJournal>();

    private ILedger Ledger => _store.GetRequiredService<ILedger>();

    public Task InitializeAsync()
    {
        _fixture = SqliteFixture.Create();
        _store = (ServiceProvider)_fixture.Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Writes_ThatWaitForACommit_ShareTheNextTransactionAndCompleteTogether()
    {
        using var first = new Gate();
        using var second = new Gate();
        Assert.Empty(await ReadAsync(1));
        var busy = Database.WriteAsync(_ => first.Pass(), default);
        await first.Reached;
        var one = Journal.AppendAsync(Samples.Event(_batch, 1), default);
        var held = Database.WriteAsync(_ => second.Pass(), default);
        var two = Journal.AppendAsync(Samples.Event(_batch, 2), default);

        first.Open();
        await busy.WaitAsync(Patience);
        await second.Reached;

        // The first of the group has run by now, but is neither confirmed nor to be seen.
        Assert.False(one.IsCompleted);
        Assert.Empty(await ReadAsync(1));
        second.Open();
        await Task.WhenAll(one, held, two).WaitAsync(Patience);
        Assert.Single(await ReadAsync(1));
        Assert.Single(await ReadAsync(2));
    }

    [Fact]
    public async Task Write_CancelledWhileItWaits_IsDropped()
    {
        using var gate = new Gate();
        using var cancelling = new CancellationTokenSource();
        var busy = Database.WriteAsync(_ => gate.Pass(), default);
        await gate.Reached;
        var dropped = Journal.AppendAsync(Samples.Event(_batch, 1), cancelling.Token);
        var kept = Journal.AppendAsync(Samples.Event(_batch, 2), default);

        await cancelling.CancelAsync();
        gate.Open();
        await Task.WhenAll(busy, kept).WaitAsync(Patience);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped);
        Assert.Empty(await ReadAsync(1));
        Assert.Single(await ReadAsync(2));
    }

    [Fact]
    public async Task Write_CancelledOnceItHasBegun_Completes()
    {
        using var gate = new Gate();
        using var cancelling = new CancellationTokenSource();
        var begun = Database.WriteAsync(_ => gate.Pass(), cancelling.Token);
        await gate.Reached;

        await cancelling.CancelAsync();
        gate.Open();

        Assert.True(await begun.WaitAsync(Patience));
    }

    [Fact]
    public async Task Write_ThatFailsAmongMany_FailsAlone()
    {
        for (var number = 0; number < 40; number++)
            await Ledger.AddSliceAsync(Samples.Slice(_batch, number), [], default);
        using var gate = new Gate();
        var busy = Database.WriteAsync(_ => gate.Pass(), default);
        await gate.Reached;
        var tooLarge = new byte[Connection.MaxValueBytes + 1];
        Array.Fill(tooLarge, (byte)' ');

        var settling = Enumerable.Range(0, 320).Select(index => Ledger.SettleAsync(
            Samples.Settlement(_batch, index) with { Output = index == 100 ? tooLarge : new byte[] { 0x31 } },
            default)).ToList();
        var broken = Database.WriteAsync<bool>(_ => throw new InvalidOperationException("broken"), default);
        gate.Open();
        await busy;

        var failure = await Assert.ThrowsAsync<StoreException>(() => settling[100]);
        Assert.Equal(StoreFault.TooLarge, failure.Fault);
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => broken)).Message);
        settling.RemoveAt(100);
        Assert.All(await Task.WhenAll(settling), result => Assert.Equal(SettleOutcome.Settled, result.Outcome));
        Assert.Equal(new ItemCounts(1, 319, 0, 0, 0), await Ledger.CountAsync(_batch, default));
        Assert.Equal(new ItemCounts(1, 7, 0, 0, 0), await Ledger.CountRecordsAsync(_batch, 12, default));
    }

    [Fact]
    public async Task Write_OnAFullDisk_FailsUntilThereIsRoomAgain()
    {
        await Ledger.AddSliceAsync(Samples.Slice(_batch, 0), [], default);
        var large = Samples.Settlement(_batch, 0) with { Output = new byte[1_000_000] };
        await LimitPagesAsync(40);

        var failure = await Assert.ThrowsAsync<StoreException>(() => Ledger.SettleAsync(large, default));
        Assert.Equal(StoreFault.DiskFull, failure.Fault);
        Assert.Equal(new ItemCounts(8, 0, 0, 0, 0), await Ledger.CountAsync(_batch, default));

        await LimitPagesAsync(1_000_000);
        Assert.Equal(SettleOutcome.Settled, (await Ledger.SettleAsync(large, default)).Outcome);
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), await Ledger.CountAsync(_batch, default));
    }

    [Fact]
    public async Task Dispose_WithWritesWaiting_FinishesThemFirst()
    {
        var writing = Enumerable.Range(0, 3_000)
            .Select(index => Journal.AppendAsync(Samples.Event(_batch, index), default)).ToList();

        await _store.DisposeAsync();

        await Task.WhenAll(writing).WaitAsync(Patience);
        var journal = _fixture.Open().GetRequiredService<IJournal>();
        Assert.Single(await journal.ReadAsync(ItemSession.IdFor(_batch, 2_999), 10, default));
    }

    [Fact]
    public async Task Dispose_WithMoreWritesThanTheQueueTakes_LeavesNobodyWaiting()
    {
        using var gate = new Gate();
        var database = Database;
        var busy = database.WriteAsync(_ => gate.Pass(), default);
        await gate.Reached;
        var writing = Enumerable.Range(0, WriteQueue.MaxQueued * 3)
            .Select(_ => database.WriteAsync(static _ => true, default)).ToList();

        var disposing = _store.DisposeAsync().AsTask();
        gate.Open();
        await Task.WhenAll(disposing, busy).WaitAsync(Patience);

        await Record.ExceptionAsync(() => Task.WhenAll(writing).WaitAsync(Patience));
        Assert.All(writing, write => Assert.True(write.IsCompleted));
        Assert.All(
            writing.Where(write => write.IsFaulted),
            write => Assert.IsType<ObjectDisposedException>(write.Exception?.InnerException));
    }

    [Fact]
    public async Task Log_UnderManyWritesAndOverlappingReads_StaysBounded()
    {
        using var done = new CancellationTokenSource();
        var reading = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await ReadAsync(1);
        })).ToList();
        var largest = await WriteMegabytesAsync(120);
        await done.CancelAsync();
        await Task.WhenAll(reading);

        Assert.InRange(largest, 1, 40L * 1024 * 1024);
    }

    [Fact]
    public async Task Log_AfterALongRead_ShrinksAgain()
    {
        await Journal.AppendAsync(Samples.Event(_batch, 1), default);
        using var other = Connection.Open(_fixture.DatabasePath, readOnly: true, cacheKb: 64);
        other.Execute("BEGIN");
        other.ReadNumber("SELECT COUNT(*) FROM journal");

        var held = await WriteMegabytesAsync(80);
        other.Execute("COMMIT");
        await WriteMegabytesAsync(60);

        Assert.InRange(held, 64L * 1024 * 1024, long.MaxValue);
        Assert.InRange(LogBytes(), 1, 40L * 1024 * 1024);
    }

    [Fact]
    public async Task Log_ReaderHeldUpAtItsCheckpoint_IsStartedOverSoonAfter()
    {
        await Journal.AppendAsync(Samples.Event(_batch, 1), default);
        using var other = Connection.Open(_fixture.DatabasePath, readOnly: true, cacheKb: 64);
        other.Execute("BEGIN");
        other.ReadNumber("SELECT COUNT(*) FROM journal");

        var held = await WriteMegabytesAsync(17);
        other.Execute("COMMIT");
        await WriteMegabytesAsync(20);

        Assert.InRange(held, 16L * 1024 * 1024, long.MaxValue);
        Assert.InRange(LogBytes(), 1, 24L * 1024 * 1024);
    }

    private async Task<long> WriteMegabytesAsync(int megabytes)
    {
        var detail = new string('x', 100_000);
        var largest = 0L;
        for (var i = 0; i < megabytes; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Journal.AppendAsync(
                Samples.Event(Guid.CreateVersion7(), 2) with { Detail = detail }, default)));
            largest = Math.Max(largest, LogBytes());
        }

        return largest;
    }

    private long LogBytes() => new FileInfo(_fixture.DatabasePath + "-wal").Length;

    private Task<IReadOnlyList<JournalEvent>> ReadAsync(long index) =>
        Journal.ReadAsync(ItemSession.IdFor(_batch, index), 10, default);

    private Task LimitPagesAsync(int pages) => Database.WriteAsync(
        transaction => transaction.Connection.ReadNumber($"PRAGMA max_page_count = {pages}"), default);

    /// <summary>Holds the writer inside an operation until it is opened.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _opened = new();

        public Task Reached => _reached.Task.WaitAsync(Patience);

        public bool Pass()
        {
            _reached.TrySetResult();
            return _opened.Wait(Patience);
        }

        public void Open() => _opened.Set();

        public void Dispose() => _opened.Dispose();
    }
}
