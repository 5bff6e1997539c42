using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Batches;

public sealed class BatchCleanerTests
{
    private static readonly DateTimeOffset LongAfter = TestBatch.SubmittedAt.AddYears(1);

    private readonly TestBatch _batch = TestBatch.Csv(8).Complete();
    private readonly InMemorySchedule _schedule = new();
    private readonly InMemoryDeadLetters _deadLetters = new();
    private readonly InMemoryBlobs _blobs = new();
    private readonly FakeBatchDrivers _drivers = new();

    [Fact]
    public async Task Clean_FinishedLongAgo_DeletesEverythingOfIt()
    {
        await FillAsync();

        var cleaned = await CleanAsync(LongAfter);

        Assert.Equal(_batch.Id, Assert.Single(cleaned).CorrelationId);
        Assert.Empty(_schedule.Messages);
        Assert.Empty(_deadLetters.Letters);
        Assert.Empty(_blobs.Blobs);
        Assert.Empty(_batch.Ledger.Slices);
        Assert.Null(await _batch.Store.FindAsync(_batch.Id, CancellationToken.None));
        Assert.Empty(_drivers.Driven);
    }

    [Fact]
    public async Task Clean_DryRun_OnlyNamesIt()
    {
        await FillAsync();

        var cleaned = await CleanAsync(LongAfter, dryRun: true);

        Assert.Equal(_batch.Id, Assert.Single(cleaned).CorrelationId);
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Clean_FinishedLately_StaysUntouched()
    {
        await FillAsync();

        Assert.Empty(await CleanAsync(_batch.State.FinishedAt!.Value));
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Clean_Unfinished_StaysUntouched()
    {
        await FillAsync();
        _batch.State.CurrentState = BatchStatus.Paused;

        Assert.Empty(await CleanAsync(LongAfter));
        await AssertUntouchedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clean_DrivenElsewhere_StaysUntouched(bool dryRun)
    {
        await FillAsync();
        _drivers.Driven.Add(_batch.Id);

        Assert.Empty(await CleanAsync(LongAfter, dryRun));
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Clean_ReopenedAfterItWasListed_StaysUntouched()
    {
        await FillAsync();
        _batch.Store.OnFind = _ => _batch.State.CurrentState = BatchStatus.Processing;

        Assert.Empty(await CleanAsync(LongAfter));
        _batch.Store.OnFind = null;
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Clean_AfterCrashBeforeTheRecordWasDeleted_FinishesIt()
    {
        await FillAsync();
        await _batch.Ledger.DeleteBatchAsync(_batch.Id, CancellationToken.None);
        _blobs.Blobs.Clear();

        Assert.Single(await CleanAsync(LongAfter));
        Assert.Null(await _batch.Store.FindAsync(_batch.Id, CancellationToken.None));
        Assert.Empty(_schedule.Messages);
    }

    [Fact]
    public async Task Clean_BlobStoreFails_LeavesTheBatchToBeFoundAgain()
    {
        await FillAsync();
        var failing = new BatchCleaner(
            _batch.Store, _batch.Ledger, _deadLetters, _schedule, new BrokenBlobs(), _drivers);

        await Assert.ThrowsAsync<IOException>(() => failing.CleanAsync(LongAfter, dryRun: false, CancellationToken.None));

        Assert.NotNull(await _batch.Store.FindAsync(_batch.Id, CancellationToken.None));
        Assert.Single(await CleanAsync(LongAfter));
        Assert.Empty(_blobs.Blobs);
    }

    private Task<IReadOnlyList<BatchState>> CleanAsync(DateTimeOffset finishedBefore, bool dryRun = false) =>
        new BatchCleaner(_batch.Store, _batch.Ledger, _deadLetters, _schedule, _blobs, _drivers)
            .CleanAsync(finishedBefore, dryRun, CancellationToken.None);

    private async Task FillAsync()
    {
        await _schedule.PutAsync(
            new ScheduledMessage("deadline", _batch.Id, LongAfter, "batches", "BatchDeadlineReached", "{}"),
            CancellationToken.None);
        await _deadLetters.AddAsync(
            [new DeadLetter(
                _batch.Id, 0, 0, null, "echo", "session", "group", new ItemFailure(FailureKind.Timeout, "Late.", true), 3,
                TestBatch.SubmittedAt)],
            CancellationToken.None);
        _blobs.Blobs[_batch.State.SourceBlob] = [1];
    }

    private async Task AssertUntouchedAsync()
    {
        Assert.Single(_schedule.Messages);
        Assert.Single(_deadLetters.Letters);
        Assert.Single(_blobs.Blobs);
        Assert.Equal(2, _batch.Ledger.Slices.Count);
        Assert.NotNull(await _batch.Store.FindAsync(_batch.Id, CancellationToken.None));
    }

    private sealed class BrokenBlobs : WorkerFleet.Blobs.IBlobStore
    {
        public Task PutAsync(string name, Stream content, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task DeleteAsync(string prefix, CancellationToken cancellationToken) => throw new IOException("Gone.");
    }
}
