using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>Reads many records by their keys, and pages of queries to their end.</summary>
internal sealed class BatchReads(DynamoTables tables)
{
    /// <summary>DynamoDB's limit of keys in a request.</summary>
    public const int MaxKeys = 100;

    /// <returns>Those that there are, in any order.</returns>
    public async Task<List<Dictionary<string, AttributeValue>>> GetAsync(
        string table, IEnumerable<(string Partition, string Sort)> keys, bool consistent,
        CancellationToken cancellationToken)
    {
        var found = new List<Dictionary<string, AttributeValue>>();
        foreach (var chunk in keys.Chunk(MaxKeys))
        {
            var left = chunk.Select(key => Attributes.Key(key.Partition, key.Sort)).ToList();
            var began = tables.Time.GetTimestamp();
            for (var tries = 0; left.Count > 0; tries++)
            {
                if (tries > 0)
                    await tables.BackOffAsync(tries, cancellationToken);
                var answer = await tables.BatchGetAsync(
                    new()
                    {
                        RequestItems = new() { [table] = new() { Keys = left, ConsistentRead = consistent } },
                    },
                    cancellationToken);
                if (answer.Responses?.GetValueOrDefault(table) is { } items)
                    found.AddRange(items);
                // What does not fit into an answer is read on at once; what is throttled, after a while.
                var before = left.Count;
                left = answer.UnprocessedKeys?.GetValueOrDefault(table)?.Keys ?? [];
                if (left.Count == 0)
                    break;
                if (tables.Time.GetElapsedTime(began) > tables.Options.GiveUpAfter)
                    throw DynamoProblems.GivenUp(
                        new TimeoutException("its parts were throttled"), "BatchGetItem", table, tables.Options.GiveUpAfter);
                DynamoMetrics.CountRetry("BatchGetItem", "part");
                tries = left.Count < before ? -1 : tries;
            }
        }

        return found;
    }

    /// <summary>Reads a query page by page.</summary>
    public async IAsyncEnumerable<Dictionary<string, AttributeValue>> QueryAsync(
        QueryRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await tables.QueryAsync(request, cancellationToken);
            foreach (var item in answer.Items ?? [])
                yield return item;
            if (answer.LastEvaluatedKey is not { Count: > 0 } last)
                yield break;
            request.ExclusiveStartKey = last;
        }
    }

    /// <summary>A query for the records under one partition key, whose sort key begins so.</summary>
    public static QueryRequest Under(string table, string partition, string sortPrefix, bool consistent) => new(table)
    {
        KeyConditionExpression = sortPrefix.Length == 0 ? "PK = :pk" : "PK = :pk AND begins_with(SK, :sk)",
        ExpressionAttributeValues = sortPrefix.Length == 0
            ? new() { [":pk"] = Attributes.Text(partition) }
            : new() { [":pk"] = Attributes.Text(partition), [":sk"] = Attributes.Text(sortPrefix) },
        ConsistentRead = consistent,
    };
}
