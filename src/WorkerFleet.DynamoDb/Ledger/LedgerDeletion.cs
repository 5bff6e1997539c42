using Amazon.DynamoDBv2.Model;
using WorkerFleet.Blobs;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Items;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>
/// Deletes what the ledger has of a batch. The last slice goes first, so that those that are left are still numbered without a
/// gap, and a deletion that was broken off finds them again.
/// </summary>
internal sealed class LedgerDeletion(
    DynamoTables tables, SliceStore slices, LedgerCounts counts, BatchReads reads, BatchDeletes deletes, IBlobStore blobs)
{
    /// <summary>Sessions whose events are deleted at a time.</summary>
    private const int SessionsTogether = 16;

    public async Task DeleteAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var last = -1;
        await foreach (var page in slices.PagesAsync(batchId, 0, BatchReads.MaxKeys, cancellationToken))
            if (page.Count > 0)
                last = page[^1].Slice.Number;
        for (var number = last; number >= 0; number--)
            foreach (var slice in await slices.ReadRawAsync(batchId, [number], consistent: true, cancellationToken))
                await DeleteAsync(slice, cancellationToken);
        await blobs.DeleteAsync(BlockStore.BlobPrefix(batchId), cancellationToken);
        await counts.DeleteAsync(batchId, cancellationToken);
    }

    private async Task DeleteAsync(SliceItem slice, CancellationToken cancellationToken)
    {
        var (batchId, number) = (slice.Slice.BatchId, slice.Slice.Number);
        var (partition, sort) = SliceItem.KeyOf(batchId, number);
        // From here on nothing settles into what is being deleted.
        if (!await TryCloseAsync(partition, sort, cancellationToken))
            return;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, slice.Slice.Count),
            new ParallelOptions { MaxDegreeOfParallelism = SessionsTogether, CancellationToken = cancellationToken },
            async (place, token) => await deletes.DeleteAllAsync(
                BatchReads.Under(
                    tables.Journal,
                    JournalItems.PartitionOf(ItemSession.IdFor(batchId, slice.Slice.FirstIndex + place)), "",
                    consistent: true),
                token));
        var blocks = new List<(string, string)>();
        await foreach (var item in reads.QueryAsync(
            new QueryRequest(tables.Runs)
            {
                KeyConditionExpression = "PK = :pk AND begins_with(SK, :sk)",
                ExpressionAttributeValues = new()
                {
                    [":pk"] = Attributes.Text(partition),
                    [":sk"] = Attributes.Text("BLOCK#"),
                },
                ProjectionExpression = "PK, SK",
                ConsistentRead = true,
            },
            cancellationToken))
            blocks.Add((partition, item.ReadText(Attributes.SortKey)));
        await deletes.DeleteAsync(tables.Runs, blocks, cancellationToken);
        await deletes.DeleteAsync(tables.Runs, [(partition, sort)], cancellationToken);
    }

    /// <returns>False when another process has deleted it.</returns>
    private async Task<bool> TryCloseAsync(string partition, string sort, CancellationToken cancellationToken)
    {
        try
        {
            await tables.UpdateAsync(
                new UpdateItemRequest
                {
                    TableName = tables.Runs,
                    Key = Attributes.Key(partition, sort),
                    UpdateExpression =
                        $"SET {SliceItem.Gone} = :one ADD {SliceItem.Version} :one REMOVE {SliceItem.PendingRows}",
                    ConditionExpression = "attribute_exists(PK)",
                    ExpressionAttributeValues = new() { [":one"] = Attributes.Number(1) },
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }
}
