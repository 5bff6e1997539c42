using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Scheduling;

namespace WorkerFleet.DynamoDb;

/// <summary>
/// The durable schedule in the cloud store. A claim moves a message to the end of its lease in the index of what is due, so
/// that nobody finds it until then.
/// </summary>
internal sealed class DynamoSchedule(DynamoTables tables, BatchReads reads, LargeValues values) : ISchedule
{
    private const int Together = 16;

    /// <summary>Messages that others claimed first, after which a sweep leaves the rest to the next one.</summary>
    private const int MaxLost = 1_024;

    private readonly SweepRhythm _rhythm = new(tables);

    public async Task PutAsync(ScheduledMessage message, CancellationToken cancellationToken)
    {
        var item = await ScheduleItems.WriteAsync(message, tables, values, cancellationToken);
        await tables.PutAsync(
            new(tables.Runs, item) { ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL }, cancellationToken);
        _rhythm.Expect(message.DueAt);
    }

    public async Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        DateTimeOffset now, int limit, TimeSpan lease, IReadOnlyCollection<Guid>? batches,
        CancellationToken cancellationToken)
    {
        if (batches is { Count: 0 } || limit < 1 || _rhythm.ShardsToAsk(now) is not { Count: > 0 } shards)
            return [];
        var token = Attributes.NewWriter();
        var scope = batches?.Select(batch => batch.ToString("N")).ToHashSet();
        var (claimed, lost) = (new List<ClaimedMessage>(), new HashSet<string>());
        var found = 0;
        while (claimed.Count < limit && lost.Count < MaxLost)
        {
            var due = await FindDueAsync(now, shards, limit - claimed.Count, scope, lost, cancellationToken);
            found += due.Count;
            if (due.Count == 0)
                break;
            // One that was claimed here is not to be found again by an index that lags.
            lost.UnionWith(due);
            var taken = new ClaimedMessage?[due.Count];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, due.Count), WithLimit(cancellationToken),
                async (i, cancel) => taken[i] = await TryClaimAsync(due[i], token, now, lease, cancel));
            claimed.AddRange(taken.OfType<ClaimedMessage>());
        }

        _rhythm.Swept(now, found > 0);
        return [.. claimed.OrderBy(message => message.Message.DueAt)];
    }

    public async Task ReleaseClaimsAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await ForEachAsync(batchId, queue: null, key => TryUpdateAsync(
            key, "SET dueSk = due REMOVE #token", "attribute_exists(PK) AND attribute_exists(#token)",
            new(), usesToken: true, cancellationToken), cancellationToken);
        _rhythm.Expect(DateTimeOffset.MinValue);
    }

    public async Task ReleaseAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(claims, WithLimit(cancellationToken), async (claim, cancel) => await TryUpdateAsync(
            ScheduleItems.PartitionOf(claim.Key), "SET dueSk = due REMOVE #token", "#token = :token",
            new() { [":token"] = Attributes.Text(claim.Token) }, usesToken: true, cancel));
        _rhythm.Expect(DateTimeOffset.MinValue);
    }

    public Task CompleteAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(claims, WithLimit(cancellationToken), async (claim, cancel) => await TryDeleteAsync(
            ScheduleItems.PartitionOf(claim.Key), claim.Token, cancel));

    public Task CancelAsync(string key, CancellationToken cancellationToken) =>
        TryDeleteAsync(ScheduleItems.PartitionOf(key), token: null, cancellationToken);

    public async Task ExpediteAsync(string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await BringForwardAsync(ScheduleItems.PartitionOf(key), now, cancellationToken);
        _rhythm.Expect(now);
    }

    public async Task BringForwardAsync(
        Guid batchId, string queue, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ForEachAsync(batchId, queue, key => BringForwardAsync(key, now, cancellationToken), cancellationToken);
        _rhythm.Expect(now);
    }

    public async Task<int> CountAsync(Guid batchId, string queue, CancellationToken cancellationToken)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, ScheduleItems.Shards).Select(async shard =>
        {
            var query = QueryOf(batchId, shard, queue);
            query.Select = Select.COUNT;
            var count = 0;
            while (true)
            {
                var page = await tables.QueryAsync(query, cancellationToken);
                count += page.Count ?? 0;
                if (page.LastEvaluatedKey is not { Count: > 0 } last)
                    return count;
                query.ExclusiveStartKey = last;
            }
        }));
        return counts.Sum();
    }

    /// <remarks>
    /// Of the keys in the index of what is due, in which every message is once. Its shards are much the same.
    /// </remarks>
    public async Task<int> CountAsync(int atMost, CancellationToken cancellationToken)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, ScheduleItems.Shards).Select(async shard =>
        {
            var query = new QueryRequest(tables.Runs)
            {
                IndexName = TableSchemas.DueIndex,
                KeyConditionExpression = "duePk = :shard",
                ExpressionAttributeValues = new() { [":shard"] = Attributes.Text(ScheduleItems.DueShard(shard)) },
                Select = Select.COUNT,
            };
            var count = 0;
            while (true)
            {
                query.Limit = atMost - count;
                var page = await tables.QueryAsync(query, cancellationToken);
                count += page.Count ?? 0;
                if (count >= atMost || page.LastEvaluatedKey is not { Count: > 0 } last)
                    return count;
                query.ExclusiveStartKey = last;
            }
        }));
        return Math.Min(counts.Sum(), atMost);
    }

    public async Task<DateTimeOffset?> FindEarliestAsync(CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(Enumerable.Range(0, ScheduleItems.Shards).Select(async shard => (await tables.QueryAsync(
            new QueryRequest(tables.Runs)
            {
                IndexName = TableSchemas.DueIndex,
                KeyConditionExpression = "duePk = :shard",
                ExpressionAttributeValues = new() { [":shard"] = Attributes.Text(ScheduleItems.DueShard(shard)) },
                Limit = 1,
            },
            cancellationToken)).Items));
        return found.SelectMany(items => items ?? []).Select(item => (DateTimeOffset?)item.ReadInstant(TableSchemas.DueSort)).Min();
    }

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        ForEachAsync(batchId, queue: null, key => TryDeleteAsync(key, token: null, cancellationToken), cancellationToken);

    /// <returns>Partition keys of what is due, the earliest first.</returns>
    private async Task<List<string>> FindDueAsync(
        DateTimeOffset now, IReadOnlyList<int> shards, int limit, HashSet<string>? scope, HashSet<string> except,
        CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(shards.Select(async shard =>
        {
            var query = new QueryRequest(tables.Runs)
            {
                IndexName = TableSchemas.DueIndex,
                KeyConditionExpression = "duePk = :shard AND dueSk <= :now",
                ExpressionAttributeValues = new()
                {
                    [":shard"] = Attributes.Text(ScheduleItems.DueShard(shard)),
                    [":now"] = Attributes.Instant(now),
                },
                Limit = limit + except.Count,
            };
            var due = new List<(long At, string Key)>();
            await foreach (var item in reads.QueryAsync(query, cancellationToken))
            {
                var key = item.ReadText(Attributes.PartitionKey);
                if (!except.Contains(key) && scope?.Contains(item.ReadText(TableSchemas.Batch)) != false)
                    due.Add((item.ReadNumber(TableSchemas.DueSort), key));
                if (due.Count == limit)
                    break;
            }

            return due;
        }));
        return [.. found.SelectMany(due => due).OrderBy(due => due.At).Take(limit).Select(due => due.Key)];
    }

    private async Task<ClaimedMessage?> TryClaimAsync(
        string key, string token, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue> item;
        try
        {
            item = (await tables.UpdateAsync(
                new UpdateItemRequest
                {
                    TableName = tables.Runs,
                    Key = Attributes.Key(key, ScheduleItems.SortKey),
                    UpdateExpression = "SET #token = :token, dueSk = :until",
                    ConditionExpression = "dueSk <= :now",
                    ExpressionAttributeNames = new() { ["#token"] = ScheduleItems.Token },
                    ExpressionAttributeValues = new()
                    {
                        [":token"] = Attributes.Text(token),
                        [":until"] = Attributes.Instant(now + lease),
                        [":now"] = Attributes.Instant(now),
                    },
                    ReturnValues = ReturnValue.ALL_NEW,
                    ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
                },
                cancellationToken)).Attributes;
        }
        catch (ConditionalCheckFailedException refused)
        {
            // A claim whose answer was lost was made all the same.
            if (refused.Item?.GetValueOrDefault(ScheduleItems.Token)?.S != token)
                return null;
            item = refused.Item;
        }

        var message = await ScheduleItems.ReadAsync(item, values, cancellationToken);
        return new(message, new(message.Key, token));
    }

    private async Task BringForwardAsync(string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue> at = new() { [":now"] = Attributes.Instant(now) };
        // Nobody has it: it is due where its claim would have been.
        if (!await TryUpdateAsync(
            key, "SET due = :now, dueSk = :now", "due > :now AND attribute_not_exists(#token)", at, usesToken: true,
            cancellationToken))
            await TryUpdateAsync(
                key, "SET due = :now", "due > :now AND attribute_exists(#token)", at, usesToken: true, cancellationToken);
    }

    /// <returns>False when the condition does not hold.</returns>
    private async Task<bool> TryUpdateAsync(
        string key, string update, string condition, Dictionary<string, AttributeValue> with, bool usesToken,
        CancellationToken cancellationToken)
    {
        try
        {
            await tables.UpdateAsync(
                new UpdateItemRequest
                {
                    TableName = tables.Runs,
                    Key = Attributes.Key(key, ScheduleItems.SortKey),
                    UpdateExpression = update,
                    ConditionExpression = condition,
                    ExpressionAttributeNames = usesToken ? new() { ["#token"] = ScheduleItems.Token } : null,
                    ExpressionAttributeValues = with.Count == 0 ? null : with,
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            // It is gone, was replaced, or is somebody else's by now.
            return false;
        }
    }

    private async Task TryDeleteAsync(string key, string? token, CancellationToken cancellationToken)
    {
        try
        {
            var request = new DeleteItemRequest(tables.Runs, Attributes.Key(key, ScheduleItems.SortKey));
            if (token is not null)
            {
                request.ConditionExpression = "#token = :token";
                request.ExpressionAttributeNames = new() { ["#token"] = ScheduleItems.Token };
                request.ExpressionAttributeValues = new() { [":token"] = Attributes.Text(token) };
            }

            await tables.DeleteAsync(request, cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // It was put anew, or claimed again, since.
        }
    }

    private Task ForEachAsync(
        Guid batchId, string? queue, Func<string, Task> action, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, ScheduleItems.Shards).Select(shard => Parallel.ForEachAsync(
            reads.QueryAsync(QueryOf(batchId, shard, queue), cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Together / ScheduleItems.Shards, CancellationToken = cancellationToken },
            async (item, _) => await action(item.ReadText(Attributes.PartitionKey)))));

    private QueryRequest QueryOf(Guid batchId, int shard, string? queue)
    {
        var query = new QueryRequest(tables.Runs)
        {
            IndexName = TableSchemas.BatchIndex,
            KeyConditionExpression = queue is null ? "batchPk = :pk" : "batchPk = :pk AND batchSk = :queue",
            ExpressionAttributeValues = new() { [":pk"] = Attributes.Text(ScheduleItems.BatchShard(batchId, shard)) },
        };
        if (queue is not null)
            query.ExpressionAttributeValues[":queue"] = Attributes.Text(queue);
        return query;
    }

    private static ParallelOptions WithLimit(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken };
}
