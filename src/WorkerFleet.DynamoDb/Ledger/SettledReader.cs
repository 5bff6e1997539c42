using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>Reads outcomes in row order, slice by slice, and no more blocks than hold what was asked for.</summary>
internal sealed class SettledReader(SliceStore slices, BlockStore blocks)
{
    /// <summary>Slices searched at a time for a user's id.</summary>
    private const int SearchedTogether = 8;

    public async Task<IReadOnlyList<Settlement>> ReadAsync(
        Guid batchId, long from, long to, ItemState? state, int limit, CancellationToken cancellationToken)
    {
        var settled = new List<Settlement>();
        from = Math.Max(from, 0);
        if (from >= to)
            return settled;
        var first = await slices.FindByRowAsync(batchId, from, cancellationToken);
        var number = first?.Slice.Number ?? slices.LowestNumberOf(batchId, from);
        for (var missing = 0; missing < SliceStore.Gap && settled.Count < limit; number++)
        {
            var slice = first ?? await slices.FindAsync(batchId, number, cancellationToken);
            first = null;
            missing = slice is null ? missing + 1 : 0;
            if (slice is null)
                continue;
            if (slice.Slice.FirstIndex < to)
                await ReadAsync(slice, from, to, state, limit, settled, cancellationToken);
            if (slice.Slice.End.Index >= to)
                break;
        }

        return settled;
    }

    /// <returns>Null while the row is pending.</returns>
    public async Task<Settlement?> FindAsync(Guid batchId, long index, CancellationToken cancellationToken)
    {
        if (await slices.FindByRowAsync(batchId, index, cancellationToken) is not { } slice
            || slice.PlaceOf(index) is not { } place || slice.Slice.Pending.Contains(place))
            return null;
        var found = await blocks.ReadAsync(slice, [place], cancellationToken);
        return found.TryGetValue(place, out var outcome)
            ? await blocks.ToSettlementAsync(outcome, slice.Slice, cancellationToken)
            : null;
    }

    /// <summary>No index has the users' ids, which would cost a write for each row: all blocks are searched.</summary>
    public async Task<long?> FindIndexAsync(Guid batchId, string itemId, CancellationToken cancellationToken)
    {
        await foreach (var page in slices.PagesAsync(batchId, 0, SliceStore.Gap, cancellationToken))
            foreach (var together in page.Where(slice => !slice.IsGone).Chunk(SearchedTogether))
            {
                var found = await Task.WhenAll(together.Select(slice => SearchAsync(slice, itemId, cancellationToken)));
                if (found.FirstOrDefault(index => index is not null) is { } index)
                    return index;
            }

        return null;
    }

    /// <summary>From the records alone, whatever the slice counts: a row counts as pending unless it has a settled one.</summary>
    public async Task<ItemCounts> CountRecordsAsync(Guid batchId, int number, CancellationToken cancellationToken)
    {
        if (await slices.FindAsync(batchId, number, cancellationToken) is not { } slice)
            return default;
        var counts = new ItemCounts(slice.Slice.Count, 0, 0, 0, 0);
        var outcomes = await blocks.ReadAsync(slice, SettledPlaces(slice, 0, long.MaxValue), cancellationToken);
        foreach (var outcome in outcomes.Values)
            if (outcome.Record is not null)
                counts = counts.Move(ItemState.Pending, outcome.Record.State);
        return counts;
    }

    private async Task ReadAsync(
        SliceItem slice, long from, long to, ItemState? state, int limit, List<Settlement> settled,
        CancellationToken cancellationToken)
    {
        if (state is { } only && CountOf(slice.Slice.Counts, only) == 0)
            return;
        var places = SettledPlaces(slice, from, to);
        var next = 0;
        while (next < places.Count && settled.Count < limit)
        {
            // As many rows as are still wanted; of those, a state may take some away.
            var some = places.GetRange(next, Math.Min(limit - settled.Count, places.Count - next));
            next += some.Count;
            var outcomes = await blocks.ReadAsync(slice, some, cancellationToken);
            foreach (var place in some)
                if (outcomes.TryGetValue(place, out var outcome) && outcome.Record is not null
                    && (state is null || outcome.Record.State == state))
                    settled.Add(await blocks.ToSettlementAsync(outcome, slice.Slice, cancellationToken));
        }
    }

    private async Task<long?> SearchAsync(SliceItem slice, string itemId, CancellationToken cancellationToken)
    {
        var outcomes = await blocks.ReadAsync(slice, SettledPlaces(slice, 0, long.MaxValue), cancellationToken);
        return outcomes.Values.Where(outcome => outcome.Record?.ItemId == itemId)
            .Select(outcome => (long?)outcome.Record.Row).Min();
    }

    private static List<int> SettledPlaces(SliceItem slice, long from, long to) =>
        [.. Enumerable.Range(0, slice.Slice.Count).Where(place =>
            slice.Slice.FirstIndex + place >= from && slice.Slice.FirstIndex + place < to
            && !slice.Slice.Pending.Contains(place))];

    private static long CountOf(ItemCounts counts, ItemState state) => state switch
    {
        ItemState.Succeeded => counts.Succeeded,
        ItemState.Failed => counts.Failed,
        ItemState.Rejected => counts.Rejected,
        ItemState.Cancelled => counts.Cancelled,
        _ => 0,
    };
}
