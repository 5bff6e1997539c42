using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Results;

public sealed class HeadStartsTests : IAsyncLifetime, IDisposable
{
    private const int Rows = 3_000;

    private readonly ExportFixture _export = new();
    private readonly ManualTime _time = new();
    private readonly InMemoryLeases _leases = new();
    private readonly TestBatch _batch = TestBatch.Csv(Rows, sliceSize: 64);
    private readonly BatchDirectory _directory;
    private Func<string, IExportFolder> _open = ExportFolder.OpenUnlocked;
    private int _begun;
    private HeadStarts _headStarts;

    public HeadStartsTests()
    {
        _directory = new(_batch.Store, StorePace.Local, _time, NullLogger<BatchDirectory>.Instance);
        _headStarts = Create(new());
        _batch.State.Output = _export.Folder.Path;
        for (var row = 0; row < Rows - 1; row++)
            _batch.Succeed(row);
        for (var slice = 0; slice < _batch.State.SlicesDispatched - 1; slice++)
            _batch.State.SettledSlices.Add(slice);
    }

    public async Task InitializeAsync() =>
        Assert.NotNull(await _directory.FindAsync(_batch.Id, CancellationToken.None));

    public Task DisposeAsync() => _headStarts.StopAsync(CancellationToken.None);

    public void Dispose()
    {
        _headStarts.Dispose();
        _directory.Dispose();
        _export.Dispose();
    }

    [Fact]
    public async Task Tick_RowsAreSettled_WritesThemAheadForTheAggregator()
    {
        // What is read behind the first rows, these are written.
        var isAhead = false;
        _batch.Ledger.OnReadSettled = from => Volatile.Write(ref isAhead, isAhead || from > 0);
        await StartAsync();
        await TickUntilAsync(() => Volatile.Read(ref isAhead));
        _batch.Succeed(Rows - 1);
        _batch.Finish(BatchStatus.Aggregating);
        await TickAsync(3);
        var reads = new List<long>();
        _batch.Ledger.OnReadSettled = reads.Add;
        var aggregator = new Aggregator(
            _batch.Store, _batch.Ledger, new InMemoryDeadLetters(), ExportFixture.Exporter(_batch), _headStarts,
            NullLogger<Aggregator>.Instance);

        var aggregated = await aggregator.AggregateAsync(_batch.State, CancellationToken.None);

        Assert.Null(aggregated!.OutputProblem);
        Assert.InRange(reads[0], 1, Rows - 1);
        Assert.Equal(Rows, _export.Lines(ExportFileNames.Results).Length);
        Assert.Equal(
            ["failures.jsonl", "manifest.json", "results.csv", "results.jsonl", "summary.json"], _export.Folder.Names);
    }

    [Theory]
    [InlineData(BatchStatus.Processing, 1)]
    [InlineData(BatchStatus.Completed, 0)]
    public async Task Tick_ReplayedOrEndedElsewhere_LeavesNothing(string status, int round)
    {
        await StartAsync();
        await TickUntilAsync(() => _export.Folder.Names.Count == 3);

        (_batch.State.CurrentState, _batch.State.Round) = (status, round);
        await TickUntilAsync(() => _export.Folder.Names.Count == 0);

        Assert.Null(await _headStarts.TakeAsync(_batch.Id));
    }

    [Fact]
    public async Task Stop_LeavesNothing()
    {
        await StartAsync();
        await TickUntilAsync(() => _export.Folder.Names.Count == 3);

        await _headStarts.StopAsync(CancellationToken.None);

        Assert.Empty(_export.Folder.Names);
        Assert.Null(await _headStarts.TakeAsync(_batch.Id));
    }

    [Fact]
    public async Task Tick_FolderCannotBeWritten_IsTriedOnce()
    {
        _open = _ => throw new UnauthorizedAccessException("no");
        await StartAsync();

        await TickUntilAsync(() => _begun == 1);
        await TickAsync(10);

        Assert.Equal(1, _begun);
        Assert.Null(await _headStarts.TakeAsync(_batch.Id));
    }

    [Fact]
    public async Task Tick_DiskIsFull_LeavesNothingAndIsTriedOnce()
    {
        // Only creations and writes: what is on a full disk can be deleted.
        FullFolder? full = null;
        _open = path => full = new FullFolder(ExportFolder.OpenUnlocked(path));
        await StartAsync();

        await TickUntilAsync(() => full is { HasFailed: true } && _export.Folder.Names.Count == 0);
        await TickAsync(10);

        Assert.Equal(1, _begun);
        Assert.Empty(_export.Folder.Names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tick_Fleet_WritesAheadInOneProcess(bool otherWasFirst)
    {
        _headStarts.Dispose();
        _headStarts = Create(new() { All = true });
        var name = $"ahead/{_batch.Id:N}";
        if (otherWasFirst)
            Assert.True(await TakeByOtherAsync(name));
        await StartAsync();

        if (otherWasFirst)
            await TickAsync(10);
        else
            await TickUntilAsync(() => _begun == 1);

        Assert.Equal(otherWasFirst ? 0 : 1, _begun);
        Assert.Equal(otherWasFirst, await TakeByOtherAsync(name));
        await _headStarts.StopAsync(CancellationToken.None);
        Assert.True(await TakeByOtherAsync(name), "The lease was not given back.");
    }

    private Task<bool> TakeByOtherAsync(string name) => _leases.TryTakeAsync(
        name, "another process", _time.GetUtcNow(), TimeSpan.FromHours(1), CancellationToken.None);

    private HeadStarts Create(DrivenBatches driven) => new(
        _directory,
        ExportFixture.Exporter(_batch, openUnlocked: path =>
        {
            Interlocked.Increment(ref _begun);
            return _open(path);
        }),
        driven, new(_leases, new(), _time, NullLogger<LeaseHolder>.Instance), _time, NullLogger<HeadStarts>.Instance);

    private Task StartAsync() => _headStarts.StartAsync(CancellationToken.None);

    private Task TickUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    /// <summary>That many ticks, with time in between for what they set off.</summary>
    private async Task TickAsync(int times)
    {
        var ticks = 0;
        await TickUntilAsync(() => ++ticks > times);
    }

    private sealed class FullFolder(IExportFolder folder) : IExportFolder
    {
        private volatile bool _hasFailed;
        private int _created;

        public string Path => folder.Path;

        public bool HasFailed => _hasFailed;

        public Stream Create(string name)
        {
            if (++_created < 3)
                return folder.Create(name);
            _hasFailed = true;
            throw new IOException("No space left on device", 28);
        }

        public void Rename(string from, string to) => folder.Rename(from, to);

        public void Delete(string name) => folder.Delete(name);

        public void DeleteAbandoned() => folder.DeleteAbandoned();

        public Task SyncAsync(CancellationToken cancellationToken) => folder.SyncAsync(cancellationToken);

        public ValueTask DisposeAsync() => folder.DisposeAsync();

        public void Dispose() => folder.Dispose();
    }
}
