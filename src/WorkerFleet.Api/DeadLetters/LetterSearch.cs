using System.Globalization;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>Reads dead letters across the batches of a caller, a bounded number of batches at a time.</summary>
internal sealed class LetterSearch(IBatchStore store, IDeadLetters letters)
{
    public const string CursorKind = "letters";

    /// <summary>Batches of a caller that one request looks at, at most.</summary>
    public const int MaxBatches = 200;

    private const int PageSize = 100;

    /// <summary>Batches that are looked through for those of a caller, at most.</summary>
    private const int MaxScanned = 1_000;

    /// <summary>The newest batches of a caller, and whether there may be more.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="before">Only those before this one; null: the newest.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<(IReadOnlyList<BatchState> Batches, bool Truncated)> BatchesOfAsync(
        ApiCaller caller, Guid? before, CancellationToken cancellationToken)
    {
        var found = new List<BatchState>();
        for (var scanned = 0; scanned < MaxScanned; scanned += PageSize)
        {
            var page = await store.ListAsync(before, unfinishedOnly: false, PageSize, cancellationToken);
            foreach (var batch in page.Where(batch => caller.Sees(batch.Spec.Owner)))
            {
                if (found.Count == MaxBatches)
                    return (found, true);
                found.Add(batch);
            }

            if (page.Count < PageSize)
                return (found, false);
            before = page[^1].CorrelationId;
        }

        return (found, true);
    }

    public async Task<DeadLetterGroupsJson> GroupsAsync(
        ApiCaller caller, Guid? batch, int limit, CancellationToken cancellationToken)
    {
        if (batch is not null || caller.Owner is null)
            return new(await letters.ReadGroupsAsync(batch, limit, cancellationToken), false);
        var (batches, truncated) = await BatchesOfAsync(caller, before: null, cancellationToken);
        var groups = new List<DeadLetterGroup>();
        foreach (var own in batches)
            groups.AddRange(await letters.ReadGroupsAsync(own.CorrelationId, limit, cancellationToken));
        return new(
            [.. groups.GroupBy(group => group.Group)
                .Select(same => same.First() with
                {
                    Count = same.Sum(group => group.Count),
                    First = same.Min(group => group.First),
                    Last = same.Max(group => group.Last),
                })
                .OrderByDescending(group => group.Count).ThenBy(group => group.Group, StringComparer.Ordinal)
                .Take(limit)],
            truncated);
    }

    /// <param name="caller">Whose.</param>
    /// <param name="query">Of one batch, or of all; its limit is that of the page.</param>
    /// <param name="cursor">Batch and row to go on behind; null: from the start.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<DeadLetterPageJson> ReadAsync(
        ApiCaller caller, DeadLetterQuery query, string? cursor, CancellationToken cancellationToken)
    {
        var (at, after) = Parse(cursor);
        var found = new List<DeadLetter>();
        // The batch that the page before ended in is gone on with first.
        if ((query.BatchId ?? at) is { } first
            && await AddAsync(
                found, query with { BatchId = first, AfterIndex = after }, query.Limit, cancellationToken))
            return PageOf(found);
        if (query.BatchId is not null)
            return new(found, null);

        var (batches, truncated) = await BatchesOfAsync(caller, at, cancellationToken);
        foreach (var batch in batches)
            if (await AddAsync(
                found, query with { BatchId = batch.CorrelationId, AfterIndex = -1 }, query.Limit, cancellationToken))
                return PageOf(found);
        return new(found, truncated && batches.Count > 0 ? Write(batches[^1].CorrelationId, long.MaxValue) : null);
    }

    /// <summary>The newest round of a row first.</summary>
    public async Task<IReadOnlyList<DeadLetter>> OfRowAsync(Guid batch, long row, CancellationToken cancellationToken)
    {
        const int MostRounds = 100;
        var found = await letters.ReadAsync(
            new(batch, AfterIndex: row - 1, UpToIndex: row, Limit: MostRounds), cancellationToken);
        return [.. found.OrderByDescending(letter => letter.Round)];
    }

    /// <summary>
    /// Adds letters up to the limit. A row whose letters of several rounds do not all fit is left to the next page.
    /// </summary>
    /// <returns>Whether the page is full, and there are more.</returns>
    private async Task<bool> AddAsync(
        List<DeadLetter> found, DeadLetterQuery query, int limit, CancellationToken cancellationToken)
    {
        if (query.AfterIndex == long.MaxValue)
            return false;
        var room = limit - found.Count;
        var read = await letters.ReadAsync(query with { Limit = room + 1 }, cancellationToken);
        if (read.Count <= room)
        {
            found.AddRange(read);
            return false;
        }

        var whole = read.Take(room).Where(letter => letter.Index != read[room].Index).ToList();
        found.AddRange(whole.Count > 0 || found.Count > 0 ? whole : read.Take(room));
        return true;
    }

    private static DeadLetterPageJson PageOf(List<DeadLetter> found) =>
        new(found, Write(found[^1].BatchId, found[^1].Index));

    private static string Write(Guid batch, long row) =>
        Cursor.Write(CursorKind, string.Create(CultureInfo.InvariantCulture, $"{batch:N}.{row}"));

    private static (Guid? Batch, long Row) Parse(string? cursor) =>
        cursor?.Split('.') is [var batch, var row] && Guid.TryParse(batch, out var id)
            && long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (id, index)
            : (null, -1);
}
