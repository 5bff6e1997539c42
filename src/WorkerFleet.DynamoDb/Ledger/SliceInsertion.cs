using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>Records a slice, with the outcomes that its rows have before they are sent.</summary>
internal sealed class SliceInsertion(
    DynamoTables tables, SliceStore slices, BlockStore blocks, BatchInserts inserts)
{
    public async Task<AddedSlice> AddAsync(
        Slice slice, IReadOnlyList<Settlement> settled, CancellationToken cancellationToken)
    {
        settled = [.. settled.DistinctBy(settlement => settlement.Index)];
        if (settled.Count > 0
            && await slices.FindAsync(slice.BatchId, slice.Number, cancellationToken) is { } existing)
            return new(existing.Slice, Added: false);

        var partition = SliceItem.PartitionOf(slice.BatchId, slice.Number);
        var outcomes = await Task.WhenAll(settled.Select(settlement => blocks.StoreAsync(settlement, cancellationToken)));
        var written = new List<Insert>();
        var references = new List<BlockReference>();
        foreach (var some in InBlocks(outcomes))
        {
            var block = BlockReference.New(some.Select(outcome => (int)(outcome.Record.Row - slice.FirstIndex)));
            references.Add(block);
            written.Add(blocks.InsertOf(partition, block, some));
        }

        await inserts.InsertAsync(written, cancellationToken);
        var item = SliceItem.Create(slice, settled, references, tables.Expiry);
        if ((await inserts.InsertAsync([new Insert(tables.Runs, item)], cancellationToken))[0])
            return new(slices.Read(item).Slice, Added: true);
        return await slices.FindAsync(slice.BatchId, slice.Number, cancellationToken) is { } found
            ? new(found.Slice, Added: false)
            : await AddAsync(slice, settled, cancellationToken);
    }

    private static IEnumerable<List<StoredOutcome>> InBlocks(IEnumerable<StoredOutcome> outcomes)
    {
        var (block, bytes) = (new List<StoredOutcome>(), 0);
        foreach (var outcome in outcomes)
        {
            var size = BlockStore.SizeOf(outcome.Record.Failure, outcome.Output.Length);
            if (block.Count > 0 && bytes + size > BlockStore.MaxBytes)
            {
                yield return block;
                (block, bytes) = ([], 0);
            }

            block.Add(outcome);
            bytes += size;
        }

        if (block.Count > 0)
            yield return block;
    }
}
