using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.DeadLetters;

public sealed class LetterArchiveTests
{
    private readonly Guid _batch = Guid.CreateVersion7();
    private readonly InMemoryDeadLetters _letters = new();
    private readonly ManualTime _time = new();
    private readonly LetterArchive _archive;

    public LetterArchiveTests() => _archive = new(_letters, _time);

    [Fact]
    public async Task Archive_Group_MovesItsOpenLettersOnce()
    {
        await AddAsync(Letter(1), Letter(2, cause: "bbb"), Letter(3));

        var first = await ArchiveAsync(new(_batch, Group: "aaa"));
        var again = await ArchiveAsync(new(_batch, Group: "aaa"));

        Assert.Equal((2, 0), (first.Count, again.Count));
        Assert.Equal([2L], Open());
    }

    [Fact]
    public async Task Archive_MoreThanTheLimit_SaysSoAndGoesOnNextTime()
    {
        await AddAsync(Letter(1), Letter(2), Letter(2, round: 1), Letter(3));

        var first = await ArchiveAsync(new(_batch), most: 2);
        var second = await ArchiveAsync(new(_batch), most: 2);

        Assert.Equal((2, true), (first.Count, first.Truncated));
        Assert.Equal((2, false), (second.Count, second.Truncated));
        Assert.Empty(Open());
    }

    [Fact]
    public async Task Archive_ManyPages_MovesEachLetter()
    {
        // The last row of the first page has a second letter, which must not be passed by.
        await AddAsync([.. Enumerable.Range(0, 5_001).Select(row => Letter(row)), Letter(2_499, round: 1)]);

        var done = await ArchiveAsync(new(_batch));

        Assert.Equal((5_002, false), (done.Count, done.Truncated));
        Assert.Empty(Open());
    }

    [Fact]
    public async Task Archive_FailedSince_StaysOpen()
    {
        await AddAsync(Letter(1), Letter(2) with { FailedAt = _time.GetUtcNow().AddSeconds(1) });

        await ArchiveAsync(new(_batch));

        Assert.Equal([2L], Open());
    }

    [Fact]
    public async Task Archive_RowWithoutLetter_IsNamedAndNothingIsMoved()
    {
        await AddAsync(Letter(1));

        var done = await ArchiveAsync(new(_batch, [1, 7]));

        Assert.Equal([7L], done.UnknownRows);
        Assert.Equal([1L], Open());
    }

    [Fact]
    public async Task Unarchive_Rows_AreOpenAgain()
    {
        await AddAsync(Letter(1), Letter(2), Letter(3));
        await ArchiveAsync(new(_batch));

        var done = await _archive.UnarchiveAsync(new(_batch, [3, 1]), 10, CancellationToken.None);

        Assert.Equal(2, done.Count);
        Assert.Equal([1L, 3], Open());
    }

    private Task AddAsync(params DeadLetter[] letters) => _letters.AddAsync(letters, CancellationToken.None);

    private Task<ArchivedLetters> ArchiveAsync(LetterChoice choice, int most = LetterArchive.MostLetters) =>
        _archive.ArchiveAsync(choice, most, CancellationToken.None);

    private IEnumerable<long> Open() => _letters.Letters
        .Where(letter => letter.State == DeadLetterState.Open).Select(letter => letter.Index);

    private DeadLetter Letter(long row, int round = 0, string cause = "aaa") => new(
        _batch, row, round, null, "echo", ItemSession.IdFor(_batch, row), cause,
        new ItemFailure(FailureKind.Timeout, "Slow.", Retryable: true), 3, _time.GetUtcNow());
}
