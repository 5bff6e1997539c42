using Amazon.CDK;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.S3;
using Amazon.DynamoDBv2.Model;
using Constructs;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.S3;
using TimeToLive = WorkerFleet.DynamoDb.Client.Attributes;

namespace WorkerFleet.Ecs;

/// <summary>Tables and bucket, as <c>fleet provision</c> makes them; they outlive the stack.</summary>
internal sealed class Storage : Construct
{
    public Storage(Construct scope, FleetSettings settings)
        : base(scope, "Storage")
    {
        Runs = NewTable("Runs", TableSchemas.Runs(settings.RunsTable));
        Journal = NewTable("Journal", TableSchemas.Journal(settings.JournalTable));
        Bucket = new Bucket(this, "Bucket", new BucketProps
        {
            BucketName = settings.Bucket,
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            Encryption = BucketEncryption.S3_MANAGED,
            EnforceSSL = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
            LifecycleRules =
            [
                new LifecycleRule
                {
                    Id = "fleet-end-unfinished-uploads",
                    Enabled = true,
                    Prefix = S3BlobStore.Prefix,
                    AbortIncompleteMultipartUploadAfter = Duration.Days(S3Bucket.DaysToComplete),
                },
            ],
        });
    }

    public Table Runs { get; }

    public Table Journal { get; }

    public Bucket Bucket { get; }

    private Table NewTable(string id, CreateTableRequest schema)
    {
        var (partition, sort) = KeysOf(schema.KeySchema, schema);
        var table = new Table(this, id, new TableProps
        {
            TableName = schema.TableName,
            PartitionKey = partition,
            SortKey = sort,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            TimeToLiveAttribute = TimeToLive.TimeToLive,
            PointInTimeRecovery = true,
            DeletionProtection = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
        });
        foreach (var index in schema.GlobalSecondaryIndexes)
        {
            (partition, sort) = KeysOf(index.KeySchema, schema);
            table.AddGlobalSecondaryIndex(new GlobalSecondaryIndexProps
            {
                IndexName = index.IndexName,
                PartitionKey = partition,
                SortKey = sort,
                ProjectionType = Enum.Parse<ProjectionType>(index.Projection.ProjectionType.Value),
                NonKeyAttributes = index.Projection.NonKeyAttributes is { Count: > 0 } others ? [.. others] : null,
            });
        }

        return table;
    }

    private static (IAttribute Partition, IAttribute Sort) KeysOf(
        List<KeySchemaElement> keys, CreateTableRequest schema) =>
        (KeyOf(keys, "HASH", schema), KeyOf(keys, "RANGE", schema));

    private static Amazon.CDK.AWS.DynamoDB.Attribute KeyOf(
        List<KeySchemaElement> keys, string kind, CreateTableRequest schema)
    {
        var name = keys.Single(key => key.KeyType.Value == kind).AttributeName;
        return new Amazon.CDK.AWS.DynamoDB.Attribute
        {
            Name = name,
            Type = schema.AttributeDefinitions.Single(each => each.AttributeName == name).AttributeType.Value switch
            {
                "S" => AttributeType.STRING,
                "N" => AttributeType.NUMBER,
                _ => AttributeType.BINARY,
            },
        };
    }
}
