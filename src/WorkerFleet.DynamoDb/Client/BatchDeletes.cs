using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>Deletes many records by their keys. Repeatable.</summary>
internal sealed class BatchDeletes(DynamoTables tables)
{
    /// <summary>DynamoDB's limit of writes in a request.</summary>
    private const int MaxWrites = 25;

    public async Task DeleteAsync(
        string table, IEnumerable<(string Partition, string Sort)> keys, CancellationToken cancellationToken)
    {
        foreach (var chunk in keys.Chunk(MaxWrites))
        {
            var left = chunk.Select(key => new WriteRequest(new DeleteRequest(Attributes.Key(key.Partition, key.Sort))))
                .ToList();
            var began = tables.Time.GetTimestamp();
            for (var tries = 0; ; tries++)
            {
                var answer = await tables.BatchWriteAsync(
                    new() { RequestItems = new() { [table] = left } }, cancellationToken);
                left = answer.UnprocessedItems?.GetValueOrDefault(table) ?? [];
                if (left.Count == 0)
                    break;
                if (tables.Time.GetElapsedTime(began) > tables.Options.GiveUpAfter)
                    throw DynamoProblems.GivenUp(
                        new TimeoutException("its parts were throttled"), "BatchWriteItem", table,
                        tables.Options.GiveUpAfter);
                DynamoMetrics.CountRetry("BatchWriteItem", "part");
                await tables.BackOffAsync(tries, cancellationToken);
            }
        }
    }

    /// <summary>Deletes all that a query finds, page by page.</summary>
    public async Task DeleteAllAsync(QueryRequest query, CancellationToken cancellationToken)
    {
        query.ProjectionExpression = "PK, SK";
        while (true)
        {
            var page = await tables.QueryAsync(query, cancellationToken);
            await DeleteAsync(
                query.TableName,
                (page.Items ?? []).Select(item =>
                    (item.ReadText(Attributes.PartitionKey), item.ReadText(Attributes.SortKey))),
                cancellationToken);
            if (page.LastEvaluatedKey is not { Count: > 0 } last)
                return;
            query.ExclusiveStartKey = last;
        }
    }
}
