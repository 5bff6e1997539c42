using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Store;
using WorkerFleet.Blobs;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Conformance.Stores;
using WorkerFleet.DynamoDb;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>Two tables and a bucket of a test's own, on DynamoDB Local and the S3 emulator. Nothing of it is made yet.</summary>
internal sealed class CloudStore
{
    private readonly Uri _dynamoDb;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string _unused;

    private CloudStore(Uri dynamoDb, S3Emulator s3, string unused)
    {
        (_dynamoDb, _environment, _unused) = (dynamoDb, s3.Environment, unused);
        S3 = s3;
    }

    public S3Emulator S3 { get; }

    /// <summary>Name of the bucket; the tables' begin with it.</summary>
    public string Name { get; } = $"fleet-{Guid.CreateVersion7():N}";

    public string RunsTable => $"{Name}-runs";

    public string JournalTable => $"{Name}-journal";

    /// <summary>Points every process that is started in the workspace from here on at it.</summary>
    public static async Task<CloudStore> ConfigureAsync(Workspace workspace)
    {
        var cloud = new CloudStore(
            await DynamoLocal.AddressAsync(), await S3Emulator.StartAsync(), workspace["no-blobs"]);
        foreach (var (name, value) in cloud._environment)
            workspace.Environment[name] = value;
        workspace.Environment["AWS_ENDPOINT_URL_DYNAMODB"] = cloud._dynamoDb.ToString();
        workspace.Environment["FLEET__STORE"] = "dynamodb";
        workspace.Environment["RUNS_TABLE"] = cloud.RunsTable;
        workspace.Environment["TASKS_TABLE"] = cloud.JournalTable;
        workspace.Environment["S3_BUCKET"] = cloud.Name;
        return cloud;
    }

    /// <summary>For what is in the tables; nothing of what tests look at is in blobs.</summary>
    public StoreReader OpenReader() => new(services => services
        .AddSingleton<IBlobStore>(new FileBlobStore(_unused))
        .AddDynamoDbStore(new()
        {
            RunsTable = RunsTable,
            JournalTable = JournalTable,
            // DynamoDB Local keeps apart what different keys and regions write.
            Client = new AmazonDynamoDBClient(
                new BasicAWSCredentials(_environment["AWS_ACCESS_KEY_ID"], _environment["AWS_SECRET_ACCESS_KEY"]),
                new AmazonDynamoDBConfig
                {
                    ServiceURL = _dynamoDb.ToString(), AuthenticationRegion = _environment["AWS_REGION"], MaxErrorRetry = 0,
                }),
            RequestTimeout = TimeSpan.FromSeconds(30),
        }));
}
