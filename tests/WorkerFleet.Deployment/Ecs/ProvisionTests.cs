using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.S3.Model;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Conformance.Stores;
using WorkerFleet.DynamoDb;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Messaging;
using WorkerFleet.S3;
using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

/// <summary>
/// What the template describes is made in emulators as it stands there, and <c>fleet provision --dry-run</c>'s own parts look
/// at it: nothing is missing, and nothing differs.
/// </summary>
public sealed class ProvisionTests
{
    private static readonly BasicAWSCredentials Credentials = new("test", "test");
    private static readonly CancellationToken Token = CancellationToken.None;

    [Fact]
    public async Task Tables_OfTheTemplate_AreAsProvisionWantsThem()
    {
        using var client = new AmazonDynamoDBClient(
            Credentials, new AmazonDynamoDBConfig { ServiceURL = (await DynamoLocal.AddressAsync()).ToString() });
        var template = FleetTemplate.Whole;
        foreach (var table in template.Of("AWS::DynamoDB::Table").Values)
        {
            var properties = table["Properties"]!.AsObject();
            await client.CreateTableAsync(TemplateTables.Read(properties), Token);
            await client.UpdateTimeToLiveAsync(
                new()
                {
                    TableName = Text(properties["TableName"]),
                    TimeToLiveSpecification = new()
                    {
                        AttributeName = Text(properties["TimeToLiveSpecification"]!["AttributeName"]),
                        Enabled = properties["TimeToLiveSpecification"]!["Enabled"]!.GetValue<bool>(),
                    },
                },
                Token);
        }

        using var tables = new DynamoDbTables(
            new DynamoDbOptions
            {
                Client = client, RunsTable = template.Settings.RunsTable, JournalTable = template.Settings.JournalTable,
                RequestTimeout = TimeSpan.FromSeconds(30),
            },
            TimeProvider.System);

        Assert.Empty(await tables.CompareAsync(Token));
    }

    [Fact]
    public async Task Queues_OfTheTemplate_AreAsProvisionWantsThem()
    {
        var emulator = await SqsEmulator.StartAsync();
        foreach (var (name, value) in emulator.Environment.Where(each => each.Key != "AWS_ENDPOINT_URL_SQS"))
            Environment.SetEnvironmentVariable(name, value);
        var options = new AmazonSqsOptions
        {
            Region = FleetTemplate.Region, Endpoint = emulator.Endpoint, Prefix = FleetTemplate.Whole.Settings.Prefix,
        };
        using var client = new SqsClient(
            Credentials, new SqsClientOptions { Region = options.Region, ServiceUrl = options.Endpoint }, TimeProvider.System);
        var arns = new Dictionary<string, string>();
        // Those that others refer to come first, as CloudFormation sees to it.
        foreach (var (id, queue) in FleetTemplate.Whole.Of("AWS::SQS::Queue")
            .OrderBy(each => each.Value["Properties"]!["RedrivePolicy"] is not null))
        {
            var properties = queue["Properties"]!;
            var attributes = new Dictionary<string, string>
            {
                ["MessageRetentionPeriod"] = Text(properties["MessageRetentionPeriod"]),
            };
            if (properties["RedrivePolicy"] is { } redrive)
                attributes["RedrivePolicy"] = new JsonObject
                {
                    ["deadLetterTargetArn"] = arns[Text(redrive["deadLetterTargetArn"])],
                    ["maxReceiveCount"] = redrive["maxReceiveCount"]!.GetValue<int>(),
                }.ToJsonString();
            var url = await client.CreateQueueAsync(
                new()
                {
                    QueueName = Text(properties["QueueName"]), Attributes = attributes, Tags = new Dictionary<string, string>(),
                },
                Token);
            arns[$"<{id}.Arn>"] = (await client.GetQueueAttributesAsync(url, ["QueueArn"], Token))["QueueArn"];
        }

        using var queues = new AmazonSqsQueues(options, TimeProvider.System);
        var findings = await queues.ProvisionAsync(dryRun: true, Token);

        Assert.Equal(QueueNames.All.Count, findings.Count);
        Assert.All(findings, finding => Assert.True(finding.State == QueueState.Present, $"{finding.Name}: {finding.Detail}"));
    }

    [Fact]
    public async Task Bucket_OfTheTemplate_IsAsProvisionWantsIt()
    {
        using var client = (await S3Emulator.StartAsync()).CreateClient();
        var properties = FleetTemplate.Whole.One("AWS::S3::Bucket", "Storage");
        var name = Text(properties["BucketName"]);
        var rule = properties["LifecycleConfiguration"]!["Rules"]![0]!;
        await client.PutBucketAsync(new PutBucketRequest { BucketName = name }, Token);
        await client.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest
            {
                BucketName = name,
                Configuration = new LifecycleConfiguration
                {
                    Rules =
                    [
                        new LifecycleRule
                        {
                            Id = Text(rule["Id"]),
                            Status = Text(rule["Status"]),
                            Filter = new LifecycleFilter
                            {
                                LifecycleFilterPredicate =
                                    new LifecyclePrefixPredicate { Prefix = Text(rule["Prefix"]) },
                            },
                            AbortIncompleteMultipartUpload = new LifecycleRuleAbortIncompleteMultipartUpload
                            {
                                DaysAfterInitiation =
                                    rule["AbortIncompleteMultipartUpload"]!["DaysAfterInitiation"]!.GetValue<int>(),
                            },
                        },
                    ],
                },
            },
            Token);
        using var connection = new S3Connection(client);

        var found = await new WorkerFleet.S3.S3Bucket(connection, name).ExamineAsync(Token);

        Assert.Equal(new BucketState(Exists: true, EndsUploads: true, HasRules: true), found);
    }
}
