using WorkerFleet.DeadLetters;
using WorkerFleet.Items;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every store of dead letters does.</summary>
public abstract class DeadLetterConformance : StoreSuite
{
    private readonly Guid _batch = Guid.CreateVersion7();

    private IDeadLetters Letters => Get<IDeadLetters>();

    [Fact]
    public async Task Add_Letter_CanBeReadWithAllItsFields()
    {
        var letter = Letter(3) with
        {
            ItemId = null,
            Failure = new ItemFailure(FailureKind.Throttled, "Slow", true, TimeSpan.FromSeconds(1.5), true, 429),
        };

        await Letters.AddAsync([letter], Token);

        Assert.Equal([letter], await Letters.ReadAsync(new DeadLetterQuery(_batch), Token));
    }

    [Fact]
    public async Task Add_Again_LeavesTheFirst()
    {
        var first = Letter(1);
        await Letters.AddAsync([first], Token);
        await Letters.MarkReplayedAsync(_batch, [1], round: 1, Token);

        await Letters.AddAsync([first with { Agent = "other" }, Letter(2)], Token);

        Assert.Equal(
            [first with { State = DeadLetterState.Replayed }, Letter(2)],
            await Letters.ReadAsync(new DeadLetterQuery(_batch), Token));
    }

    [Fact]
    public async Task Read_EachCondition_Narrows()
    {
        // Of a later time for sure: two ids of one millisecond are in no order, and a clock can be set back.
        var other = Guid.CreateVersion7(Noon.AddYears(100));
        await Letters.AddAsync(
            [
                Letter(1), Letter(2, cause: "bbb"), Letter(2, round: 1), Letter(3), Letter(4) with { BatchId = other },
            ],
            Token);
        await Letters.MarkReplayedAsync(_batch, [3], round: 1, Token);

        Assert.Equal([(1, 0), (2, 0), (2, 1), (3, 0)], await Read(new(_batch)));
        Assert.Equal([(1, 0), (2, 0), (2, 1), (3, 0), (4, 0)], await Read(new()));
        Assert.Equal([(2, 0)], await Read(new(_batch, "bbb")));
        Assert.Equal([(1, 0), (2, 1), (3, 0), (4, 0)], await Read(new(Group: "aaa")));
        Assert.Equal([(3, 0)], await Read(new(_batch, State: DeadLetterState.Replayed)));
        Assert.Equal([(2, 0), (2, 1), (3, 0)], await Read(new(_batch, AfterIndex: 1)));
        Assert.Equal([(1, 0), (2, 0), (3, 0)], await Read(new(_batch, BeforeRound: 1)));
        Assert.Equal([(1, 0)], await Read(new(_batch, FiledBefore: Letter(2).FailedAt)));
        Assert.Equal([(1, 0), (2, 0)], await Read(new(_batch, Limit: 2)));
        Assert.Equal(
            [(2, 1)],
            await Read(new(_batch, "aaa", DeadLetterState.Open, 1, 2, Letter(3).FailedAt, 1)));
    }

    [Fact]
    public async Task Read_LimitOutOfRange_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Letters.ReadAsync(new(_batch, Limit: 0), Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Letters.ReadAsync(new(_batch, Limit: 10_001), Token));
    }

    [Fact]
    public async Task ReadGroups_OpenLetters_AreCountedByCauseTheMostFrequentFirst()
    {
        var other = Guid.CreateVersion7();
        await Letters.AddAsync(
            [
                Letter(1, cause: "bbb"), Letter(2), Letter(3), Letter(4), Letter(9, cause: "ccc"),
                Letter(7, cause: "bbb") with { BatchId = other }, Letter(8, cause: "bbb") with { BatchId = other },
                Letter(9, cause: "bbb") with { BatchId = other },
            ],
            Token);
        await Letters.MarkReplayedAsync(_batch, [4, 9], round: 1, Token);

        var ofBatch = await Letters.ReadGroupsAsync(_batch, 10, Token);
        var ofAll = await Letters.ReadGroupsAsync(null, 1, Token);

        Assert.Equal(
            [
                new DeadLetterGroup("aaa", FailureKind.Timeout, "Cause aaa", 2, At(2), At(3), "echo"),
                new DeadLetterGroup("bbb", FailureKind.Timeout, "Cause bbb", 1, At(1), At(1), "echo"),
            ],
            ofBatch);
        Assert.Equal([new DeadLetterGroup("bbb", FailureKind.Timeout, "Cause bbb", 4, At(1), At(9), "echo")], ofAll);
    }

    [Fact]
    public async Task MarkReplayed_EarlierRounds_LeavesNewerLettersOpen()
    {
        await Letters.AddAsync([Letter(1), Letter(1, round: 1), Letter(2)], Token);

        await Letters.MarkReplayedAsync(_batch, [1], round: 1, Token);

        Assert.Equal([(1, 1), (2, 0)], await Read(new(_batch, State: DeadLetterState.Open)));
    }

    [Fact]
    public async Task MarkReplayed_Archived_AreMarkedToo()
    {
        await Letters.AddAsync([Letter(1), Letter(2)], Token);
        await Letters.MoveAsync([Letter(1)], DeadLetterState.Archived, Token);

        await Letters.MarkReplayedAsync(_batch, [1, 2], round: 1, Token);

        Assert.Equal([(1, 0), (2, 0)], await Read(new(_batch, State: DeadLetterState.Replayed)));
    }

    [Fact]
    public async Task Move_Letters_AreReadAndCountedInTheirNewState()
    {
        await Letters.AddAsync([Letter(1), Letter(1, round: 1), Letter(2), Letter(11, cause: "bbb")], Token);

        var moved = await Letters.MoveAsync([Letter(1, round: 1), Letter(11, cause: "bbb")], DeadLetterState.Archived, Token);

        Assert.Equal(2, moved);
        Assert.Equal([(1, 0), (2, 0)], await Read(new(_batch, State: DeadLetterState.Open)));
        Assert.Equal([(1, 1), (11, 0)], await Read(new(_batch, State: DeadLetterState.Archived)));
        Assert.Equal([(11, 0)], await Read(new(_batch, "bbb", DeadLetterState.Archived)));
        Assert.Equal([(1, 1), (11, 0)], await Read(new(State: DeadLetterState.Archived)));
        Assert.Equal(("aaa", 2L), Assert.Single(
            (await Letters.ReadGroupsAsync(_batch, 10, Token)).Select(group => (group.Group, group.Count))));
    }

    [Fact]
    public async Task Move_LettersThatAreInAnotherStateNowOrGone_ChangesNothing()
    {
        await Letters.AddAsync([Letter(1), Letter(2)], Token);
        await Letters.MarkReplayedAsync(_batch, [1], round: 1, Token);

        var moved = await Letters.MoveAsync([Letter(1), Letter(2), Letter(3)], DeadLetterState.Archived, Token);
        var again = await Letters.MoveAsync([Letter(2)], DeadLetterState.Archived, Token);

        Assert.Equal((1, 0), (moved, again));
        Assert.Equal([(1, 0)], await Read(new(_batch, State: DeadLetterState.Replayed)));
        Assert.Equal([(1, 0), (2, 0)], await Read(new()));
    }

    [Fact]
    public async Task Read_RangeOfRows_HasTheseOnly()
    {
        await Letters.AddAsync([Letter(7), Letter(8), Letter(8, round: 1), Letter(9), Letter(80)], Token);

        Assert.Equal([(8, 0), (8, 1)], await Read(new(_batch, AfterIndex: 7, UpToIndex: 8)));
        Assert.Equal([(7, 0), (8, 0), (8, 1)], await Read(new(_batch, UpToIndex: 8)));
        Assert.Equal([], await Read(new(_batch, AfterIndex: 8, UpToIndex: 8)));
    }

    [Fact]
    public async Task DeleteBatch_DeletesItsLettersOnly()
    {
        await Letters.AddAsync([Letter(1), Letter(2) with { BatchId = Guid.CreateVersion7() }], Token);

        await Letters.DeleteBatchAsync(_batch, Token);

        Assert.Equal([(2, 0)], await Read(new()));
    }

    private static DateTimeOffset At(long index) => Noon.AddSeconds(index);

    private DeadLetter Letter(long index, int round = 0, string cause = "aaa") => new(
        _batch, index, round, $"row-{index}", "echo", ItemSession.IdFor(_batch, index), cause,
        new ItemFailure(FailureKind.Timeout, $"Cause {cause}", Retryable: true), 3, At(index));

    private async Task<IEnumerable<(int, int)>> Read(DeadLetterQuery query) =>
        (await Letters.ReadAsync(query, Token)).Select(letter => ((int)letter.Index, letter.Round));
}
