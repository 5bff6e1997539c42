namespace WorkerFleet.DeadLetters;

/// <summary>Puts dead letters away that somebody has looked at, and takes them out again.</summary>
public sealed class LetterArchive(IDeadLetters letters, TimeProvider time)
{
    /// <summary>Letters that one call moves, at most.</summary>
    public const int MostLetters = 10_000;

    /// <summary>Rows that can be named one by one.</summary>
    public const int MostRows = 1_000;

    private const int PageSize = 2_500;
    private const int Together = 16;

    /// <summary>Archives open letters. What is archived already stays so.</summary>
    /// <param name="choice">Which.</param>
    /// <param name="most">How many, at most.</param>
    /// <param name="cancellationToken">Cancels between pages; what is archived by then stays so.</param>
    public Task<ArchivedLetters> ArchiveAsync(LetterChoice choice, int most, CancellationToken cancellationToken) =>
        MoveAsync(choice, DeadLetterState.Open, DeadLetterState.Archived, most, cancellationToken);

    /// <summary>Opens archived letters again.</summary>
    /// <inheritdoc cref="ArchiveAsync"/>
    public Task<ArchivedLetters> UnarchiveAsync(LetterChoice choice, int most, CancellationToken cancellationToken) =>
        MoveAsync(choice, DeadLetterState.Archived, DeadLetterState.Open, most, cancellationToken);

    private async Task<ArchivedLetters> MoveAsync(
        LetterChoice choice, DeadLetterState from, DeadLetterState to, int most, CancellationToken cancellationToken)
    {
        if (choice.Rows is { } rows)
            return await MoveRowsAsync(choice.BatchId, rows, from, to, cancellationToken);
        // What fails from now on, nobody has looked at.
        var query = new DeadLetterQuery(
            choice.BatchId, choice.Group, from, FiledBefore: time.GetUtcNow().AddTicks(1));
        var moved = 0;
        while (moved < most)
        {
            var size = Math.Min(PageSize, most - moved);
            var page = await letters.ReadAsync(query with { Limit = size }, cancellationToken);
            if (page.Count > 0)
                moved += await letters.MoveAsync(page, to, cancellationToken);
            if (page.Count < size)
                return new(moved, false, []);
            // The last row can have a letter of another round, which the page had no room for.
            query = query with { AfterIndex = page[^1].Index - 1 };
        }

        var more = await letters.ReadAsync(query with { Limit = 1 }, cancellationToken);
        return new(moved, more.Count > 0, []);
    }

    private async Task<ArchivedLetters> MoveRowsAsync(
        Guid batchId, IReadOnlyList<long> rows, DeadLetterState from, DeadLetterState to,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Count, MostRows);
        var (found, unknown) = (new List<DeadLetter>(), new List<long>());
        foreach (var some in rows.Distinct().Order().Chunk(Together))
        {
            var ofRows = await Task.WhenAll(some.Select(row => letters.ReadAsync(
                new(batchId, AfterIndex: row - 1, UpToIndex: row), cancellationToken)));
            unknown.AddRange(some.Where((_, i) => ofRows[i].Count == 0));
            found.AddRange(ofRows.SelectMany(ofRow => ofRow).Where(letter => letter.State == from));
        }

        if (unknown.Count > 0)
            return new(0, false, unknown);
        return new(found.Count == 0 ? 0 : await letters.MoveAsync(found, to, cancellationToken), false, []);
    }
}

/// <summary>Which letters of a batch.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Rows">Those of these rows; null: of all.</param>
/// <param name="Group">Those with this cause; null: with any.</param>
public sealed record LetterChoice(Guid BatchId, IReadOnlyList<long>? Rows = null, string? Group = null);

/// <param name="Count">How many letters were moved.</param>
/// <param name="Truncated">Whether there are more.</param>
/// <param name="UnknownRows">Rows that were named and have no letters. If there are any, none was moved.</param>
public sealed record ArchivedLetters(int Count, bool Truncated, IReadOnlyList<long> UnknownRows);
