using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb.Tables;

/// <summary>What the two tables are like; see docs/dynamodb.md.</summary>
internal static class TableSchemas
{
    /// <summary>Agents' events by name and time. Ours are not in it: they have no <c>createdAt</c>.</summary>
    public const string StatusIndex = "status-createdAt-index";

    /// <summary>What is due, and broken messages, by time.</summary>
    public const string DueIndex = "due-index";
    public const string DuePartition = "duePk";
    public const string DueSort = "dueSk";

    /// <summary>The batch of a scheduled message, in the index of what is due too.</summary>
    public const string Batch = "batch";

    /// <summary>Scheduled messages by batch and queue.</summary>
    public const string BatchIndex = "batch-index";
    public const string BatchPartition = "batchPk";
    public const string BatchSort = "batchSk";

    public static CreateTableRequest Runs(string name) => Table(
        name,
        [Text(DuePartition), Number(DueSort), Text(BatchPartition), Text(BatchSort)],
        [
            Index(DueIndex, DuePartition, DueSort, new()
            {
                ProjectionType = ProjectionType.INCLUDE,
                NonKeyAttributes = [Batch],
            }),
            Index(BatchIndex, BatchPartition, BatchSort, new() { ProjectionType = ProjectionType.KEYS_ONLY }),
        ]);

    public static CreateTableRequest Journal(string name) => Table(
        name,
        [Text("status"), Text("createdAt")],
        [Index(StatusIndex, "status", "createdAt", new() { ProjectionType = ProjectionType.ALL })]);

    private static CreateTableRequest Table(
        string name, List<AttributeDefinition> attributes, List<GlobalSecondaryIndex> indexes) => new()
        {
            TableName = name,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [Text(Attributes.PartitionKey), Text(Attributes.SortKey), .. attributes],
            KeySchema = Keys(Attributes.PartitionKey, Attributes.SortKey),
            GlobalSecondaryIndexes = indexes,
        };

    private static GlobalSecondaryIndex Index(string name, string partition, string sort, Projection projection) => new()
    {
        IndexName = name,
        KeySchema = Keys(partition, sort),
        Projection = projection,
    };

    private static List<KeySchemaElement> Keys(string partition, string sort) =>
        [new(partition, KeyType.HASH), new(sort, KeyType.RANGE)];

    private static AttributeDefinition Text(string name) => new(name, ScalarAttributeType.S);

    private static AttributeDefinition Number(string name) => new(name, ScalarAttributeType.N);
}
