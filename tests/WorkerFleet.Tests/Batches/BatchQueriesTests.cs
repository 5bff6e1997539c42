using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Batches;

public sealed class BatchQueriesTests
{
    private static readonly Guid Older = Guid.Parse("01931f80-aaaa-7000-8000-000000000001");
    private static readonly Guid Newer = Guid.Parse("01931f80-aaab-7000-8000-000000000002");

    private readonly InMemorySchedule _schedule = new();
    private readonly FakeBatchDrivers _drivers = new();

    [Theory]
    [InlineData("latest")]
    [InlineData("LATEST")]
    [InlineData("01931f80-aaab-7000-8000-000000000002")]
    [InlineData("01931F80AAAB70008000000000000002")]
    [InlineData("01931f80aaab")]
    [InlineData("01931f80-aaab")]
    [InlineData(" 01931f80-aaab-7 ")]
    public async Task Resolve_IdOrPrefixOrLatest_FindsTheBatch(string text)
    {
        var (batch, problem) = await TwoBatches().ResolveAsync(text, CancellationToken.None);

        Assert.Null(problem);
        Assert.Equal(Newer, batch?.CorrelationId);
    }

    [Theory]
    [InlineData("0193", "Several batches begin with 0193:")]
    [InlineData("01931f80-aaa", "Several batches begin with 01931f80-aaa:")]
    [InlineData("01931f80-aaac", "There is no batch whose id begins with 01931f80-aaac.")]
    [InlineData("0000", "There is no batch whose id begins with 0000.")]
    [InlineData("ffff", "There is no batch whose id begins with ffff.")]
    [InlineData("01931f80-aaab-7000-8000-000000000003", "There is no batch 01931f80-aaab-7000-8000-000000000003.")]
    [InlineData("019", "'019' is no batch id.")]
    [InlineData("", "'' is no batch id.")]
    [InlineData("newest", "'newest' is no batch id.")]
    [InlineData("01931f80-aaab-7000-8000-0000000000021", "'01931f80-aaab-7000-8000-0000000000021' is no batch id.")]
    public async Task Resolve_NoSingleBatch_SaysWhy(string text, string expected)
    {
        var (batch, problem) = await TwoBatches().ResolveAsync(text, CancellationToken.None);

        Assert.Null(batch);
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_Ambiguous_NamesTheCandidates()
    {
        var (_, problem) = await TwoBatches().ResolveAsync("01931f80", CancellationToken.None);

        Assert.Equal(
            $"Several batches begin with 01931f80: {Newer} (new.csv), {Older} (old.csv). Give more characters.", problem);
    }

    [Fact]
    public async Task Resolve_LatestWithoutBatches_SaysWhy()
    {
        var (batch, problem) = await Queries(new InMemoryBatchStore(), new InMemoryLedger())
            .ResolveAsync("latest", CancellationToken.None);

        Assert.Null(batch);
        Assert.Equal("There are no batches yet.", problem);
    }

    [Fact]
    public async Task Find_PartlyDispatched_CountsUndispatchedRowsAsPending()
    {
        var batch = TestBatch.Csv(10, sliceSize: 4, dispatchedRows: 8);
        batch.Succeed(0);
        batch.Fail(5);
        batch.Reject(6);
        batch.Cancel(7);

        var progress = await Queries(batch.Store, batch.Ledger).FindAsync(batch.Id, CancellationToken.None);

        Assert.Equal(new ItemCounts(6, 1, 1, 1, 1), progress?.Counts);
        Assert.Equal(10, progress?.Counts.Total);
    }

    [Fact]
    public async Task Find_ScheduledRetries_AreWaiting()
    {
        var batch = TestBatch.Csv(4);
        await ScheduleAsync("retry/1", batch.Id, QueueNames.Items(BatchPriority.Normal));
        await ScheduleAsync("retry/2", batch.Id, QueueNames.Items(BatchPriority.Normal));
        await ScheduleAsync("deadline", batch.Id, QueueNames.Batches);
        await ScheduleAsync("retry/3", Newer, QueueNames.Items(BatchPriority.Normal));
        using var driver = _drivers.TryTake(batch.Id);

        var progress = await Queries(batch.Store, batch.Ledger).FindAsync(batch.Id, CancellationToken.None);

        Assert.Equal(2, progress?.Waiting);
        Assert.True(progress?.Driven);
    }

    [Fact]
    public async Task Find_BatchIsOver_IsCountedOnceUntilAReplay()
    {
        var batch = TestBatch.Csv(4);
        batch.Complete();
        var queries = Queries(batch.Store, batch.Ledger);
        var first = await queries.FindAsync(batch.Id, CancellationToken.None);
        var second = await queries.FindAsync(batch.Id, CancellationToken.None);
        Assert.Equal((1, new ItemCounts(0, 4, 0, 0, 0)), (batch.Ledger.Counted, second?.Counts));
        Assert.Equal(first?.Counts, second?.Counts);

        batch.State.Version++;
        await queries.FindAsync(batch.Id, CancellationToken.None);

        Assert.Equal(2, batch.Ledger.Counted);
    }

    [Fact]
    public async Task Find_BatchRuns_IsCountedEachTime()
    {
        var batch = TestBatch.Csv(4);
        var queries = Queries(batch.Store, batch.Ledger);
        await queries.FindAsync(batch.Id, CancellationToken.None);
        batch.Succeed(0);

        Assert.Equal(1, (await queries.FindAsync(batch.Id, CancellationToken.None))?.Counts.Succeeded);
    }

    [Fact]
    public async Task Find_UnknownBatch_IsNull() =>
        Assert.Null(await TwoBatches().FindAsync(Guid.Empty, CancellationToken.None));

    [Fact]
    public async Task List_UnfinishedOnly_LeavesFinishedOut()
    {
        var all = await TwoBatches().ListAsync(unfinishedOnly: false, 10, CancellationToken.None);
        var unfinished = await TwoBatches().ListAsync(unfinishedOnly: true, 10, CancellationToken.None);
        var one = await TwoBatches().ListAsync(unfinishedOnly: false, 1, CancellationToken.None);

        Assert.Equal([Newer, Older], all.Select(progress => progress.Batch.CorrelationId));
        Assert.Equal([Newer], unfinished.Select(progress => progress.Batch.CorrelationId));
        Assert.Equal([Newer], one.Select(progress => progress.Batch.CorrelationId));
    }

    private BatchQueries Queries(IBatchStore batches, ILedger ledger) => new(batches, ledger, _schedule, _drivers);

    private BatchQueries TwoBatches()
    {
        var store = new InMemoryBatchStore();
        store.Add(new BatchState
        {
            CorrelationId = Older, CurrentState = BatchStatus.Completed, Spec = new BatchSpec { Name = "old.csv" },
        });
        store.Add(new BatchState
        {
            CorrelationId = Newer, CurrentState = BatchStatus.Processing, Spec = new BatchSpec { Name = "new.csv" },
        });
        return Queries(store, new InMemoryLedger());
    }

    private Task ScheduleAsync(string key, Guid batchId, string queue) => _schedule.PutAsync(
        new ScheduledMessage(key, batchId, TestBatch.SubmittedAt, queue, "ProcessBatchItem", "{}"), CancellationToken.None);
}
