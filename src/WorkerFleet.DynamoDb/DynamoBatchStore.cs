using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Batches;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Messaging;

namespace WorkerFleet.DynamoDb;

/// <summary>
/// The saga instances in the cloud store: a record each, and entries to list them by, which change only when a batch begins,
/// ends or is reopened.
/// </summary>
internal sealed class DynamoBatchStore(DynamoTables tables, BatchReads reads, LargeValues values) : IBatchStore
{
    private const string SortKey = "BATCH";
    private const string AllBatches = "BATCHES";
    private const string OpenBatches = "BATCHES#OPEN";
    private const string State = "saga";
    private const string Version = "ver";
    private const string IsOpen = "isOpen";

    public async Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken) =>
        await tables.GetAsync(tables.Runs, PartitionOf(batchId), SortKey, cancellationToken) is { } item
            ? await ReadAsync(item, cancellationToken)
            : null;

    public async Task<BatchState?> GlanceAsync(Guid batchId, CancellationToken cancellationToken) =>
        await tables.GetAsync(tables.Runs, PartitionOf(batchId), SortKey, consistent: false, cancellationToken) is { } item
            ? await ReadAsync(item, cancellationToken)
            : null;

    public async Task InsertAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var id = batch.CorrelationId;
        var open = !BatchStatus.IsFinal(batch.CurrentState);
        var item = await ItemOfAsync(batch, open, cancellationToken);
        if (!await TryTransactAsync(id, item, "attribute_not_exists(PK)", null, open, cancellationToken))
            throw new BatchConcurrencyException($"There is a batch {id} already.");
    }

    public async Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken)
    {
        var id = batch.CorrelationId;
        var open = !BatchStatus.IsFinal(batch.CurrentState);
        var item = await ItemOfAsync(batch, open, cancellationToken);
        // Mostly a batch stays open, and its entries stay as they are.
        var (done, wasOpen) = open
            ? await TryReplaceAsync(item, expectedVersion, cancellationToken)
            : (false, true);
        if (!done && (!open || !wasOpen))
            done = await TryTransactAsync(
                id, item, $"{Version} = :expected", expectedVersion, open, cancellationToken);
        if (!done)
            throw new BatchConcurrencyException($"Batch {id} is no longer in version {expectedVersion}.");
    }

    public async Task DeleteAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var item = await tables.GetAsync(tables.Runs, PartitionOf(batchId), SortKey, cancellationToken);
        await tables.DeleteAsync(new(tables.Runs, Attributes.Key(PartitionOf(batchId), SortKey)), cancellationToken);
        await tables.DeleteAsync(new(tables.Runs, Attributes.Key(OpenBatches, IdOf(batchId))), cancellationToken);
        await tables.DeleteAsync(new(tables.Runs, Attributes.Key(AllBatches, IdOf(batchId))), cancellationToken);
        await values.DeleteBlobAsync(item, State, cancellationToken);
    }

    public async Task<IReadOnlyList<BatchState>> ListAsync(
        Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        var batches = new List<BatchState>();
        while (batches.Count < limit)
        {
            var (ids, areLast) = await ReadIdsAsync(
                unfinishedOnly ? OpenBatches : AllBatches, before, limit - batches.Count, cancellationToken);
            if (ids.Count == 0)
                break;
            before = ids[^1];
            var items = await reads.GetAsync(
                tables.Runs, ids.Select(id => (PartitionOf(id), SortKey)), consistent: true, cancellationToken);
            var read = await Task.WhenAll(items.Select(item => ReadAsync(item, cancellationToken)));
            batches.AddRange(read.OrderByDescending(batch => IdOf(batch.CorrelationId), StringComparer.Ordinal));
            if (areLast)
                break;
        }

        return batches;
    }

    private async Task<(List<Guid> Ids, bool AreLast)> ReadIdsAsync(
        string partition, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var query = new QueryRequest(tables.Runs)
        {
            KeyConditionExpression = before is null ? "PK = :pk" : "PK = :pk AND SK < :before",
            ExpressionAttributeValues = new() { [":pk"] = Attributes.Text(partition) },
            ScanIndexForward = false,
            ConsistentRead = true,
            Limit = limit,
        };
        if (before is { } id)
            query.ExpressionAttributeValues[":before"] = Attributes.Text(IdOf(id));
        var page = await tables.QueryAsync(query, cancellationToken);
        return (
            [.. (page.Items ?? []).Select(item => Guid.ParseExact(item.ReadText(Attributes.SortKey), "N"))],
            page.LastEvaluatedKey is not { Count: > 0 });
    }

    /// <returns>Whether the batch was replaced; if not, whether it was open.</returns>
    private async Task<(bool Done, bool WasOpen)> TryReplaceAsync(
        Dictionary<string, AttributeValue> item, int expectedVersion, CancellationToken cancellationToken)
    {
        var request = new PutItemRequest(tables.Runs, item)
        {
            ConditionExpression = $"{Version} = :expected AND {IsOpen} = :open",
            ExpressionAttributeValues = new()
            {
                [":expected"] = Attributes.Number(expectedVersion),
                [":open"] = Attributes.Number(1),
            },
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        try
        {
            await tables.PutAsync(request, cancellationToken);
            return (true, true);
        }
        catch (ConditionalCheckFailedException refused)
        {
            // A write whose answer was lost was made all the same.
            return refused.Item is { Count: > 0 } stored
                ? (stored.ReadTextOrNull(Attributes.Writer) == item.ReadText(Attributes.Writer),
                    stored.ReadNumber(IsOpen) == 1 || stored.ReadNumber(Version) != expectedVersion)
                : (false, true);
        }
    }

    /// <summary>The batch together with its entries in the lists.</summary>
    private async Task<bool> TryTransactAsync(
        Guid id, Dictionary<string, AttributeValue> item, string condition, int? expectedVersion, bool open,
        CancellationToken cancellationToken)
    {
        var listed = Attributes.Key(AllBatches, IdOf(id));
        if (item.TryGetValue(Attributes.TimeToLive, out var expiry))
            listed[Attributes.TimeToLive] = expiry;
        var openKey = Attributes.Key(OpenBatches, IdOf(id));
        var request = new TransactWriteItemsRequest
        {
            TransactItems =
            [
                new()
                {
                    Put = new()
                    {
                        TableName = tables.Runs,
                        Item = item,
                        ConditionExpression = condition,
                        ExpressionAttributeValues = expectedVersion is { } version
                            ? new() { [":expected"] = Attributes.Number(version) }
                            : null,
                    },
                },
                new() { Put = new() { TableName = tables.Runs, Item = listed } },
                open
                    ? new() { Put = new() { TableName = tables.Runs, Item = openKey } }
                    : new() { Delete = new() { TableName = tables.Runs, Key = openKey } },
            ],
        };
        try
        {
            await tables.TransactAsync(request, cancellationToken);
            return true;
        }
        catch (TransactionCanceledException)
        {
            return false;
        }
    }

    private async Task<Dictionary<string, AttributeValue>> ItemOfAsync(
        BatchState batch, bool open, CancellationToken cancellationToken)
    {
        var item = Attributes.Key(PartitionOf(batch.CorrelationId), SortKey);
        item[Version] = Attributes.Number(batch.Version);
        item[IsOpen] = Attributes.Number(open ? 1 : 0);
        item[Attributes.Writer] = Attributes.Text(Attributes.NewWriter());
        if (!open)
            item[Attributes.TimeToLive] = tables.Expiry;
        await values.PutAsync(
            item, State, JsonSerializer.SerializeToUtf8Bytes(batch, FleetJson.Options),
            $"batches/{IdOf(batch.CorrelationId)}/", cancellationToken);
        return item;
    }

    private async Task<BatchState> ReadAsync(
        Dictionary<string, AttributeValue> item, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<BatchState>(
            await values.GetAsync(item, State, cancellationToken), FleetJson.Options)!;

    private static string PartitionOf(Guid batchId) => $"BATCH#{batchId:N}";

    private static string IdOf(Guid batchId) => batchId.ToString("N");
}
