using System.Text;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Batches;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;

namespace WorkerFleet.DynamoDb;

/// <summary>Scheduled messages as records.</summary>
internal static class ScheduleItems
{
    public const string SortKey = "TIMER";
    public const string Token = "token";
    public const string Due = "due";
    public const string Body = "body";
    private const string Type = "messageType";

    /// <summary>Keys that the index of what is due, and that of a batch, are spread over.</summary>
    public const int Shards = 4;

    /// <summary>Where all commands are, which are few, and which somebody waits for; and a part of the retries.</summary>
    public const int CommandShard = 0;

    private static readonly IReadOnlyList<string> Items = [.. Enum.GetValues<BatchPriority>().Select(QueueNames.Items)];

    public static string PartitionOf(string key) => $"TIMER#{key}";

    public static string DueShard(int shard) => $"DUE#{shard}";

    public static string BatchShard(Guid batchId, int shard) => $"{batchId:N}#{shard}";

    public static async Task<Dictionary<string, AttributeValue>> WriteAsync(
        ScheduledMessage message, DynamoTables tables, LargeValues values, CancellationToken cancellationToken)
    {
        var shard = Items.Contains(message.Queue) ? ShardOf(message.Key) : CommandShard;
        var item = Attributes.Key(PartitionOf(message.Key), SortKey);
        item[TableSchemas.DuePartition] = Attributes.Text(DueShard(shard));
        item[TableSchemas.DueSort] = Attributes.Instant(message.DueAt);
        item[TableSchemas.Batch] = Attributes.Text(message.BatchId.ToString("N"));
        item[TableSchemas.BatchPartition] = Attributes.Text(BatchShard(message.BatchId, shard));
        item[TableSchemas.BatchSort] = Attributes.Text(message.Queue);
        item[Due] = Attributes.Instant(message.DueAt);
        item[Type] = Attributes.Text(message.MessageType);
        item[Attributes.TimeToLive] = Attributes.Seconds(message.DueAt + tables.Options.Retention);
        await values.PutAsync(
            item, Body, Encoding.UTF8.GetBytes(message.Body), $"schedule/{message.BatchId:N}/", cancellationToken);
        return item;
    }

    public static async Task<ScheduledMessage> ReadAsync(
        Dictionary<string, AttributeValue> item, LargeValues values, CancellationToken cancellationToken) => new(
            KeyOf(item),
            Guid.ParseExact(item.ReadText(TableSchemas.Batch), "N"),
            item.ReadInstant(Due),
            item.ReadText(TableSchemas.BatchSort),
            item.ReadText(Type),
            Encoding.UTF8.GetString(await values.GetAsync(item, Body, cancellationToken)));

    public static string KeyOf(Dictionary<string, AttributeValue> item) =>
        item.ReadText(Attributes.PartitionKey)["TIMER#".Length..];

    /// <summary>The same in every process, which <see cref="string.GetHashCode()"/> is not.</summary>
    public static int ShardOf(string key) => key.Aggregate(0, (hash, c) => ((hash * 31) + c) & 0x7fffff) % Shards;
}
