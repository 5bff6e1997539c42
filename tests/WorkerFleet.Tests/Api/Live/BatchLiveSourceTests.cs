using WorkerFleet.Api.Live;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Live;

public sealed class BatchLiveSourceTests
{
    private readonly TestBatch _batch = TestBatch.Csv(rows: 8);
    private readonly InMemoryDeadLetters _letters = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Read_LettersArchivedWhileNoRowChanges_AreNoLongerAmongTheErrors()
    {
        await FailAsync(index: 3);
        var source = new BatchLiveSource(
            _batch.Id, new BatchQueries(_batch.Store, _batch.Ledger, new InMemorySchedule(), new FakeBatchDrivers()),
            new FixedWorkers(), _letters, _time);
        Assert.Equal(1, Assert.Single((await source.ReadAsync(CancellationToken.None))!.Errors).Count);

        await _letters.MoveAsync([.. _letters.Letters], DeadLetterState.Archived, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty((await source.ReadAsync(CancellationToken.None))!.Errors);
    }

    private async Task FailAsync(long index) =>
        await _letters.AddAsync([DeadLetter.Of(_batch.Fail(index))], CancellationToken.None);
}
