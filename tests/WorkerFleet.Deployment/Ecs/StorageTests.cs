using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Messaging;
using WorkerFleet.S3;
using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

/// <summary>Queues, tables and bucket, against what the fleet itself makes.</summary>
public sealed class StorageTests
{
    private const string QueueType = "AWS::SQS::Queue";
    private const string TableType = "AWS::DynamoDB::Table";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Queues_AreThoseOfTheFleet(bool isWhole)
    {
        var template = isWhole ? FleetTemplate.Whole : FleetTemplate.Small;
        var topology = new AmazonSqsTopology(new() { Region = FleetTemplate.Region, Prefix = template.Settings.Prefix });
        var queues = template.Of(QueueType);
        var deadLetters = queues.Single(queue => NameOf(queue.Value) == topology.Addresses.NameOf(QueueNames.DeadLetter)).Key;

        Assert.Equal(topology.Queues.Order(), queues.Values.Select(NameOf).Order());
        foreach (var (id, queue) in queues)
        {
            var properties = queue["Properties"]!;
            Assert.Equal(topology.Attributes["MessageRetentionPeriod"], Text(properties["MessageRetentionPeriod"]));
            Assert.True(properties["SqsManagedSseEnabled"]!.GetValue<bool>());
            var redrive = properties["RedrivePolicy"];
            Assert.Equal(id == deadLetters ? "" : $"<{deadLetters}.Arn>", Text(redrive?["deadLetterTargetArn"]));
            Assert.Equal(
                id == deadLetters ? null : AmazonSqsTopology.MaxReceiveCount, redrive?["maxReceiveCount"]!.GetValue<int>());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tables_AreThoseOfTheStore(bool isWhole)
    {
        var template = isWhole ? FleetTemplate.Whole : FleetTemplate.Small;
        var tables = template.Of(TableType);
        var prefix = template.Settings.Prefix;

        Assert.Equal(2, tables.Count);
        CreateTableRequest[] schemas = [TableSchemas.Runs($"{prefix}runs"), TableSchemas.Journal($"{prefix}journal")];
        foreach (var schema in schemas)
        {
            var table = tables.Values.Single(each => Text(each["Properties"]!["TableName"]) == schema.TableName);
            var found = TemplateTables.Read(table["Properties"]!.AsObject());
            Assert.Equal(Describe(schema), Describe(found));
            Assert.Equal("PAY_PER_REQUEST", found.BillingMode.Value);
            Assert.Equal(
                (Attributes.TimeToLive, "true"),
                (Text(table["Properties"]!["TimeToLiveSpecification"]!["AttributeName"]),
                    Text(table["Properties"]!["TimeToLiveSpecification"]!["Enabled"])));
        }
    }

    [Fact]
    public void Tables_OutliveTheStackAndCanBeRestored()
    {
        foreach (var table in FleetTemplate.Small.Of(TableType).Values)
        {
            Assert.Equal(("Retain", "Retain"), (Text(table["DeletionPolicy"]), Text(table["UpdateReplacePolicy"])));
            var properties = table["Properties"]!;
            Assert.Equal("true", Text(properties["DeletionProtectionEnabled"]));
            Assert.Equal("true", Text(properties["PointInTimeRecoverySpecification"]!["PointInTimeRecoveryEnabled"]));
        }
    }

    [Fact]
    public void Bucket_IsPrivateEncryptedAndKept()
    {
        var bucket = Assert.Single(FleetTemplate.Small.Of("AWS::S3::Bucket")).Value;
        var properties = bucket["Properties"]!;

        Assert.Equal("Retain", Text(bucket["DeletionPolicy"]));
        Assert.Equal(4, properties["PublicAccessBlockConfiguration"]!.AsObject().Count(each => each.Value!.GetValue<bool>()));
        Assert.NotNull(properties["BucketEncryption"]);
        var rule = Assert.Single(properties["LifecycleConfiguration"]!["Rules"]!.AsArray())!;
        Assert.Equal(S3BlobStore.Prefix, Text(rule["Prefix"]));
        Assert.Equal(
            S3Bucket.DaysToComplete, rule["AbortIncompleteMultipartUpload"]!["DaysAfterInitiation"]!.GetValue<int>());
        // Nothing of the fleet expires there by itself: it is deleted with its batch.
        Assert.Null(rule["ExpirationInDays"]);
    }

    [Theory]
    [InlineData("AWS::S3::BucketPolicy", 1)]
    [InlineData("AWS::SQS::QueuePolicy", 8)]
    public void Policies_OfBucketAndQueues_RefuseWhatIsNotEncryptedOnItsWay(string type, int count)
    {
        var policies = FleetTemplate.Small.Of(type).Values;

        Assert.Equal(count, policies.Count());
        Assert.All(policies, policy =>
        {
            var statement = Assert.Single(policy["Properties"]!["PolicyDocument"]!["Statement"]!.AsArray())!;
            Assert.Equal("Deny", Text(statement["Effect"]));
            Assert.Equal("false", Text(statement["Condition"]!["Bool"]!["aws:SecureTransport"]));
        });
    }

    private static string NameOf(JsonObject queue) => Text(queue["Properties"]!["QueueName"]);

    private static string Describe(CreateTableRequest table) => string.Join('\n', (string[])
        [
            KeysOf(table.KeySchema, table),
            .. table.GlobalSecondaryIndexes.OrderBy(index => index.IndexName, StringComparer.Ordinal).Select(index =>
                $"{index.IndexName}: {KeysOf(index.KeySchema, table)}; {index.Projection.ProjectionType} " +
                string.Join(',', index.Projection.NonKeyAttributes ?? [])),
        ]);

    private static string KeysOf(List<KeySchemaElement> keys, CreateTableRequest table) => string.Join(
        ", ", keys.Select(key => $"{key.KeyType} {key.AttributeName} " + table.AttributeDefinitions
            .Single(each => each.AttributeName == key.AttributeName).AttributeType));
}
