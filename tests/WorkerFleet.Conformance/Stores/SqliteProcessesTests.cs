using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Sqlite;
using WorkerFleet.Sqlite.Database;
using WorkerFleet.Storage;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Several processes on one store, each with its own writer: here, several stores over one file.</summary>
public sealed class SqliteProcessesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Guid _batch = Guid.CreateVersion7();
    private SqliteFixture _fixture = null!;

    public Task InitializeAsync()
    {
        _fixture = SqliteFixture.Create();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Settle_RowsOfTheSameSlicesFromSeveralProcesses_CountsEachOnce()
    {
        var ledgers = Enumerable.Range(0, 4).Select(_ => Open<ILedger>()).ToList();
        for (var number = 0; number < 50; number++)
            await ledgers[0].AddSliceAsync(Samples.Slice(_batch, number), [], default);

        // Every row twice, by two different processes, in an order that mixes slices and processes.
        var results = await Task.WhenAll(Enumerable.Range(0, 800).Select(i =>
            ledgers[i % 4].SettleAsync(Samples.Settlement(_batch, i * 7 % 400), default))).WaitAsync(Patience);

        Assert.Equal(400, results.Count(result => result.Outcome == SettleOutcome.Settled));
        Assert.Equal(400, results.Count(result => result.Outcome == SettleOutcome.AlreadySettled));
        Assert.Equal(new ItemCounts(0, 400, 0, 0, 0), await ledgers[1].CountAsync(_batch, default));
        foreach (var slice in await ledgers[2].ReadSlicesAsync(_batch, 0, 50, pendingOnly: false, default))
            Assert.Equal(slice.Counts, await ledgers[3].CountRecordsAsync(_batch, slice.Number, default));
    }

    [Fact]
    public async Task Write_WhileOthersCommitAllTheTime_GetsItsTurn()
    {
        using var done = new CancellationTokenSource();
        var others = new int[3];
        var busy = others.Select((_, number) =>
        {
            var journal = Open<IJournal>();
            return Task.WhenAll(Enumerable.Range(0, 25).Select(_ => Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    await journal.AppendAsync(Samples.Event(Guid.CreateVersion7(), 1), default);
                    Interlocked.Increment(ref others[number]);
                }
            })));
        }).ToList();
        var lone = Open<IJournal>();
        await lone.AppendAsync(Samples.Event(_batch, 0), default).WaitAsync(Patience);

        Array.Clear(others);
        for (var index = 1; index <= 200; index++)
            await lone.AppendAsync(Samples.Event(_batch, index), default).WaitAsync(Patience);

        Assert.All(others, written => Assert.InRange(written, 20, int.MaxValue));
        await done.CancelAsync();
        await Task.WhenAll(busy);
    }

    [Fact]
    public async Task Write_WhileTheDatabaseIsLocked_WaitsAndSaysSoAndReadsGoOn()
    {
        var logger = new LogOfWarnings();
        var journal = Open<IJournal>(TimeSpan.FromMinutes(1), logger);
        var other = Open<IJournal>(TimeSpan.FromMinutes(1));
        await journal.AppendAsync(Samples.Event(_batch, 999), default);
        using var holder = LockDatabase();

        var writing = Enumerable.Range(0, 50).Select(index =>
            (index % 2 == 0 ? journal : other).AppendAsync(Samples.Event(_batch, index), default)).ToList();
        var warning = await logger.First.WaitAsync(Patience);

        Assert.Contains(_fixture.DatabasePath, warning, StringComparison.Ordinal);
        Assert.DoesNotContain(writing, write => write.IsCompleted);
        Assert.Single(await ReadAsync(journal, 999).WaitAsync(Patience));
        Assert.Single(await ReadAsync(Open<IJournal>(), 999).WaitAsync(Patience));
        holder.Execute("ROLLBACK");
        Assert.All(await Task.WhenAll(writing).WaitAsync(Patience), Assert.True);
        Assert.Single(logger.Warnings);
    }

    [Fact]
    public async Task Write_LockedForLongerThanTheLimit_FailsAndWorksAfterwards()
    {
        var journal = Open<IJournal>(TimeSpan.FromMilliseconds(50));
        await journal.AppendAsync(Samples.Event(_batch, 0), default);
        using var holder = LockDatabase();

        var failure = await Assert.ThrowsAsync<StoreException>(
            () => journal.AppendAsync(Samples.Event(_batch, 1), default).WaitAsync(Patience));
        holder.Execute("ROLLBACK");

        Assert.Equal(StoreFault.Locked, failure.Fault);
        Assert.Contains(_fixture.DatabasePath, failure.Message, StringComparison.Ordinal);
        Assert.Empty(await ReadAsync(journal, 1));
        await journal.AppendAsync(Samples.Event(_batch, 1), default);
        Assert.Single(await ReadAsync(journal, 1));
    }

    [Fact]
    public async Task Write_CancelledWhileTheDatabaseIsLocked_EndsWithoutTheLock()
    {
        var journal = Open<IJournal>(TimeSpan.FromMinutes(5));
        await journal.AppendAsync(Samples.Event(_batch, 0), default);
        using var holder = LockDatabase();
        using var cancelling = new CancellationTokenSource();
        var dropped = journal.AppendAsync(Samples.Event(_batch, 1), cancelling.Token);
        var kept = journal.AppendAsync(Samples.Event(_batch, 2), default);

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped.WaitAsync(Patience));
        Assert.False(kept.IsCompleted);
        holder.Execute("ROLLBACK");
        Assert.True(await kept.WaitAsync(Patience));
        Assert.Empty(await ReadAsync(journal, 1));
    }

    [Theory]
    [InlineData("next.turn")]
    [InlineData("writer.turn")]
    public async Task Write_WhileAProcessIsSuspendedInItsTurn_GoesOnWithoutIt(string file)
    {
        await using (var store = _fixture.Open(new SqliteStoreOptions()))
            await store.GetRequiredService<IJournal>().AppendAsync(Samples.Event(_batch, 0), default);
        using var suspended = new FileStream(
            Path.Combine(_fixture.Folder, "locks", file), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var journals = Enumerable.Range(0, 3).Select(_ => Open<IJournal>()).ToList();

        for (var round = 1; round <= 20; round++)
            await Task.WhenAll(journals.Select((journal, i) =>
                journal.AppendAsync(Samples.Event(_batch, round, attempt: i + 1), default))).WaitAsync(Patience);

        Assert.Equal(3, (await ReadAsync(journals[0], 20)).Count);
    }

    [Fact]
    public async Task Log_FilledBySeveralProcesses_IsStartedOverForAllOfThem()
    {
        var journals = Enumerable.Range(0, 4).Select(_ => Open<IJournal>()).ToList();
        var detail = new string('x', 100_000);
        var largest = 0L;

        // 15 MB each, which is too little for one alone to start the log over.
        for (var round = 0; round < 60; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => journals[round % 4].AppendAsync(
                Samples.Event(Guid.CreateVersion7(), 1) with { Detail = detail }, default)));
            largest = Math.Max(largest, new FileInfo(_fixture.DatabasePath + "-wal").Length);
        }

        Assert.InRange(largest, 1, 24L * 1024 * 1024);
    }

    private T Open<T>(TimeSpan? lockTimeout = null, ILogger<SqliteDatabase>? logger = null)
        where T : notnull =>
        _fixture.Open(new SqliteStoreOptions { LockTimeout = lockTimeout ?? Patience }, logger).GetRequiredService<T>();

    /// <summary>As a backup or a database browser does.</summary>
    private Connection LockDatabase()
    {
        var holder = Connection.Open(_fixture.DatabasePath, readOnly: false, cacheKb: 64);
        holder.Execute("BEGIN IMMEDIATE");
        return holder;
    }

    private Task<IReadOnlyList<JournalEvent>> ReadAsync(IJournal journal, long index) =>
        journal.ReadAsync(ItemSession.IdFor(_batch, index), 10, default);

    private sealed class LogOfWarnings : ILogger<SqliteDatabase>
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<string> Warnings { get; } = [];

        public Task<string> First => _first.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Warnings.Enqueue(formatter(state, exception));
            _first.TrySetResult(formatter(state, exception));
        }
    }
}
