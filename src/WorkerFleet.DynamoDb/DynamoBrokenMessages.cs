using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DeadLetters;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Tables;

namespace WorkerFleet.DynamoDb;

/// <summary>Messages that nobody could handle, in the cloud store: a record each, listed by an index on the time.</summary>
internal sealed class DynamoBrokenMessages(
    DynamoTables tables, BatchInserts inserts, BatchReads reads, LargeValues values) : IBrokenMessages
{
    private const string SortKey = "BROKEN";
    private const string Body = "body";
    private const int Shards = 4;

    public async Task AddAsync(BrokenMessage message, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(message.Id);
        if (await tables.GetAsync(tables.Runs, partition, SortKey, cancellationToken) is not null)
            return;
        var item = Attributes.Key(partition, SortKey);
        item["id"] = Attributes.Text(message.Id);
        item["queue"] = Attributes.Text(message.Queue);
        item["cause"] = Attributes.Text(message.Cause);
        item[TableSchemas.DuePartition] = Attributes.Text(Shard(ScheduleItems.ShardOf(message.Id) % Shards));
        item[TableSchemas.DueSort] = Attributes.Instant(message.At);
        item[Attributes.TimeToLive] = tables.Expiry;
        await values.PutAsync(item, Body, message.Body, "broken-messages/", cancellationToken);
        await inserts.InsertAsync([new Insert(tables.Runs, item)], cancellationToken);
    }

    public async Task<IReadOnlyList<BrokenMessage>> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        var newest = await FindAsync("duePk = :shard", null, limit, cancellationToken);
        var items = await reads.GetAsync(
            tables.Runs, newest.OrderByDescending(entry => entry.At).ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Take(limit).Select(entry => (entry.Key, SortKey)),
            consistent: true, cancellationToken);
        var messages = await Task.WhenAll(items.Select(item => ReadAsync(item, cancellationToken)));
        return [.. messages.OrderByDescending(message => message.At).ThenBy(message => message.Id, StringComparer.Ordinal)];
    }

    public async Task RemoveBeforeAsync(DateTimeOffset foundBefore, CancellationToken cancellationToken)
    {
        foreach (var (_, key) in await FindAsync(
            "duePk = :shard AND dueSk < :before", foundBefore, limit: null, cancellationToken))
        {
            var item = await tables.GetAsync(tables.Runs, key, SortKey, cancellationToken);
            await tables.DeleteAsync(new(tables.Runs, Attributes.Key(key, SortKey)), cancellationToken);
            await values.DeleteBlobAsync(item, Body, cancellationToken);
        }
    }

    /// <returns>Of each shard the newest first, at most <paramref name="limit"/>.</returns>
    private async Task<List<(long At, string Key)>> FindAsync(
        string condition, DateTimeOffset? before, int? limit, CancellationToken cancellationToken)
    {
        var entries = await Task.WhenAll(Enumerable.Range(0, Shards).Select(async shard =>
        {
            var query = new QueryRequest(tables.Runs)
            {
                IndexName = TableSchemas.DueIndex,
                KeyConditionExpression = condition,
                ExpressionAttributeValues = new() { [":shard"] = Attributes.Text(Shard(shard)) },
                ScanIndexForward = false,
            };
            if (before is { } instant)
                query.ExpressionAttributeValues[":before"] = Attributes.Instant(instant);
            if (limit is { } most)
                query.Limit = most;
            var found = new List<(long At, string Key)>();
            await foreach (var item in reads.QueryAsync(query, cancellationToken))
            {
                found.Add((item.ReadNumber(TableSchemas.DueSort), item.ReadText(Attributes.PartitionKey)));
                if (found.Count == limit)
                    break;
            }

            return found;
        }));
        return [.. entries.SelectMany(found => found)];
    }

    private async Task<BrokenMessage> ReadAsync(
        Dictionary<string, AttributeValue> item, CancellationToken cancellationToken) => new(
            item.ReadText("id"), item.ReadText("queue"), item.ReadText("cause"),
            await values.GetAsync(item, Body, cancellationToken), item.ReadInstant(TableSchemas.DueSort));

    /// <summary>The id comes from outside and may be longer than a key.</summary>
    private static string PartitionOf(string id) =>
        $"BROKEN#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}";

    private static string Shard(int shard) => $"BROKEN#{shard}";
}
