using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every store of saga instances does.</summary>
public abstract class BatchStoreConformance : StoreSuite
{
    private IBatchStore Batches => Get<IBatchStore>();

    [Fact]
    public async Task Insert_Batch_CanBeFoundWithAllItsFields()
    {
        var batch = Batch();
        batch.SettledSlices.Add(1);
        batch.SettledSlices.Add(4_000);
        batch.Cursor = new SourcePosition(256, 4_096, 300);
        batch.FinishedAt = Noon.AddHours(1);
        batch.Replay = new ReplayItems(batch.CorrelationId, Guid.CreateVersion7(), [1, 2], "aaa", Noon);
        batch.Spec = new BatchSpec { Name = "Zoë", Limits = new LimitsSpec { Deadline = TimeSpan.FromHours(3) } };

        await Batches.InsertAsync(batch, Token);

        var found = await Batches.FindAsync(batch.CorrelationId, Token);
        Assert.Equal(Json(batch), Json(found));
        Assert.Equal([1, 4_000], found!.SettledSlices.Numbers());
        Assert.Equal(batch.Cursor, found.Cursor);
        Assert.Null(await Batches.FindAsync(Guid.CreateVersion7(), Token));
    }

    [Fact]
    public async Task Insert_Again_IsRefusedAndChangesNothing()
    {
        var batch = Batch();
        await Batches.InsertAsync(batch, Token);
        var second = Batch();
        second.CorrelationId = batch.CorrelationId;
        second.Output = "elsewhere";

        await Assert.ThrowsAsync<BatchConcurrencyException>(() => Batches.InsertAsync(second, Token));

        Assert.Equal(Json(batch), Json(await Batches.FindAsync(batch.CorrelationId, Token)));
    }

    [Fact]
    public async Task Update_OfTheLoadedVersion_StoresTheBatchAsItIs()
    {
        var batch = Batch();
        await Batches.InsertAsync(batch, Token);
        batch.Version = 8;
        batch.CurrentState = BatchStatus.Processing;

        await Batches.UpdateAsync(batch, expectedVersion: 7, Token);

        Assert.Equal(Json(batch), Json(await Batches.FindAsync(batch.CorrelationId, Token)));
    }

    [Fact]
    public async Task Update_OfAnOlderVersion_IsRefusedAndChangesNothing()
    {
        var batch = Batch();
        await Batches.InsertAsync(batch, Token);
        var stale = Batch();
        stale.CorrelationId = batch.CorrelationId;
        stale.Version = 7;

        await Assert.ThrowsAsync<BatchConcurrencyException>(() => Batches.UpdateAsync(stale, 6, Token));
        await Assert.ThrowsAsync<BatchConcurrencyException>(() => Batches.UpdateAsync(Batch(), 7, Token));

        Assert.Equal(Json(batch), Json(await Batches.FindAsync(batch.CorrelationId, Token)));
    }

    [Fact]
    public async Task Update_FromManyAtOnce_LetsOneThrough()
    {
        var batch = Batch();
        await Batches.InsertAsync(batch, Token);
        var other = (IBatchStore)OpenAgain().GetService(typeof(IBatchStore))!;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var mine = Batch();
            mine.CorrelationId = batch.CorrelationId;
            mine.Version = 8;
            mine.Round = i;
            var failure = await Record.ExceptionAsync(
                () => (i % 2 == 0 ? Batches : other).UpdateAsync(mine, 7, Token));
            return (Round: i, Failure: failure);
        }));

        var winner = Assert.Single(outcomes, outcome => outcome.Failure is null);
        Assert.All(
            outcomes.Where(outcome => outcome != winner),
            outcome => Assert.IsType<BatchConcurrencyException>(outcome.Failure));
        Assert.Equal(winner.Round, (await Batches.FindAsync(batch.CorrelationId, Token))?.Round);
    }

    [Fact]
    public async Task Delete_Batch_IsGoneAndMayBeRepeated()
    {
        var batch = Batch();
        await Batches.InsertAsync(batch, Token);

        await Batches.DeleteAsync(batch.CorrelationId, Token);
        await Batches.DeleteAsync(batch.CorrelationId, Token);

        Assert.Null(await Batches.FindAsync(batch.CorrelationId, Token));
        await Assert.ThrowsAsync<BatchConcurrencyException>(() => Batches.UpdateAsync(batch, 7, Token));
    }

    [Fact]
    public async Task List_Pages_ComeTheNewestFirst()
    {
        var ids = new List<Guid>();
        for (var minute = 0; minute < 5; minute++)
        {
            var batch = Batch(Noon.AddMinutes(minute));
            batch.CurrentState = minute % 2 == 0 ? BatchStatus.Completed : BatchStatus.Paused;
            await Batches.InsertAsync(batch, Token);
            ids.Insert(0, batch.CorrelationId);
        }

        Assert.Equal(ids, await List(null, unfinishedOnly: false, 10));
        Assert.Equal(ids[..2], await List(null, unfinishedOnly: false, 2));
        Assert.Equal(ids[2..4], await List(ids[1], unfinishedOnly: false, 2));
        Assert.Equal([ids[1], ids[3]], await List(null, unfinishedOnly: true, 10));
        Assert.Equal([ids[3]], await List(ids[1], unfinishedOnly: true, 10));
    }

    [Theory]
    [InlineData(BatchStatus.Submitted, true)]
    [InlineData(BatchStatus.Cancelling, true)]
    [InlineData(BatchStatus.Completed, false)]
    [InlineData(BatchStatus.CompletedWithFailures, false)]
    [InlineData(BatchStatus.Failed, false)]
    [InlineData(BatchStatus.Cancelled, false)]
    public async Task List_UnfinishedAfterAnUpdate_FollowsTheState(string status, bool listed)
    {
        var batch = Batch();
        await Batches.InsertAsync(batch, Token);
        batch.CurrentState = status;
        await Batches.UpdateAsync(batch, 7, Token);

        Assert.Equal(listed, (await List(null, unfinishedOnly: true, 10)).Contains(batch.CorrelationId));
    }

    private static BatchState Batch(DateTimeOffset? submittedAt = null) => new()
    {
        CorrelationId = Guid.CreateVersion7(submittedAt ?? Noon),
        Version = 7,
        CurrentState = BatchStatus.Submitted,
        SourceBlob = "source.csv",
        Fingerprint = "abc",
        TotalRows = 1_000_000,
        SubmittedAt = submittedAt ?? Noon,
    };

    private static string Json(BatchState? batch) => JsonSerializer.Serialize(batch, FleetJson.Options);

    private async Task<List<Guid>> List(Guid? before, bool unfinishedOnly, int limit) =>
        [.. (await Batches.ListAsync(before, unfinishedOnly, limit, Token)).Select(batch => batch.CorrelationId)];
}
