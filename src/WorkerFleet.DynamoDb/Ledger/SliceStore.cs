using System.Collections.Concurrent;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>Finds and reads the records of slices.</summary>
internal sealed class SliceStore(DynamoTables tables, BatchReads reads)
{
    /// <summary>Slices are numbered without a gap, but written by several processes: behind so many missing ones is none.</summary>
    public const int Gap = 4;

    private const int MaxHints = 10_000;

    /// <summary>Most rows that a slice of a batch has: where to look first for the slice of a row.</summary>
    private readonly ConcurrentDictionary<Guid, int> _rowsPerSlice = new();

    /// <returns>Null when there is none, or it is being deleted.</returns>
    public async Task<SliceItem?> FindAsync(Guid batchId, int number, CancellationToken cancellationToken) =>
        number >= 0 && await FindRawAsync(batchId, number, cancellationToken) is { IsGone: false } slice ? slice : null;

    /// <returns>The slices of these numbers that there are, in order; those that are being deleted too.</returns>
    public async Task<List<SliceItem>> ReadRawAsync(
        Guid batchId, IEnumerable<int> numbers, bool consistent, CancellationToken cancellationToken)
    {
        var items = await reads.GetAsync(
            tables.Runs, numbers.Select(number => SliceItem.KeyOf(batchId, number)), consistent, cancellationToken);
        return [.. items.Select(Read).OrderBy(slice => slice.Slice.Number)];
    }

    /// <summary>Pages of slices by number, to the end; those that are being deleted too.</summary>
    public async IAsyncEnumerable<List<SliceItem>> PagesAsync(
        Guid batchId, int from, int pageSize,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        from = Math.Max(from, 0);
        var size = Math.Clamp(pageSize, Gap, 16);
        while (true)
        {
            var page = await ReadRawAsync(batchId, Enumerable.Range(from, size), consistent: true, cancellationToken);
            yield return page;
            if (page.Count == 0 || page[^1].Slice.Number < from + size - Gap)
                yield break;
            from += size;
            size = Math.Min(size * 2, BatchReads.MaxKeys);
        }
    }

    /// <summary>The slice that holds a row. One read where slices have the same number of rows, else a few.</summary>
    public async Task<SliceItem?> FindByRowAsync(Guid batchId, long index, CancellationToken cancellationToken)
    {
        if (index < 0)
            return null;
        var (low, high) = (-1, int.MaxValue);
        var number = LowestNumberOf(batchId, index);
        var step = 1;
        while (true)
        {
            var slice = await FindAsync(batchId, number, cancellationToken);
            if (slice?.PlaceOf(index) is not null)
                return slice;
            if (slice is null || index < slice.Slice.FirstIndex)
                high = number;
            else
                low = number;
            if (high - low <= 1)
                return null;
            number = high == int.MaxValue ? Math.Min(low + step, int.MaxValue - 1) : low + ((high - low) / 2);
            step = Math.Min(step * 2, 1 << 20);
        }
    }

    /// <summary>No slice before this one can hold the row, as far as this process has seen the batch's slices.</summary>
    public int LowestNumberOf(Guid batchId, long index) =>
        _rowsPerSlice.TryGetValue(batchId, out var rows) ? (int)Math.Min(index / rows, int.MaxValue / 2) : 0;

    public SliceItem Read(Dictionary<string, AttributeValue> item)
    {
        var slice = SliceItem.Read(item);
        if (_rowsPerSlice.Count > MaxHints)
            _rowsPerSlice.Clear();
        _rowsPerSlice.AddOrUpdate(
            slice.Slice.BatchId, slice.Slice.Count, (_, rows) => Math.Max(rows, slice.Slice.Count));
        return slice;
    }

    private async Task<SliceItem?> FindRawAsync(Guid batchId, int number, CancellationToken cancellationToken)
    {
        var (partition, sort) = SliceItem.KeyOf(batchId, number);
        return await tables.GetAsync(tables.Runs, partition, sort, cancellationToken) is { } item ? Read(item) : null;
    }
}
