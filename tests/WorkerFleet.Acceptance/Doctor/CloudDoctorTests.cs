using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using WorkerFleet.Acceptance.Cloud;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Doctor;

/// <summary>What can be wrong with tables, bucket and queues, on DynamoDB Local and the emulators of S3 and SQS.</summary>
public sealed class CloudDoctorTests : IAsyncLifetime
{
    private const string AwsChecks = "aws,tables,bucket,permissions";

    private readonly Workspace _fleet = Workspace.Create();
    private CloudStore _cloud = null!;

    public async Task InitializeAsync() => _cloud = await CloudStore.ConfigureAsync(_fleet);

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Fact]
    public async Task Doctor_FromNothingToProvisionedToDamaged_FindsWhatIsMissing()
    {
        (await ExamineAsync()).ShouldFind("tables.missing", "bucket.missing");

        (await _fleet.RunAsync("provision")).ShouldBe(0);
        (await DoctorExam.RunAsync(_fleet, "--permissions")).ShouldBeWell();

        await DamageTablesAsync();
        (await ExamineAsync()).ShouldFind("tables.index", "tables.expiry").ShouldSay("tables.index", "due-index");
    }

    [Theory]
    [InlineData("AccessDenied", "bucket.denied", "permissions.denied")]
    [InlineData("ExpiredToken", "aws.expired")]
    [InlineData("InvalidAccessKeyId", "aws.refused")]
    [InlineData("RequestTimeTooSkewed", "clock.wrong")]
    public async Task Doctor_RefusedByS3_SaysWhy(string refusal, params string[] codes)
    {
        _fleet.Environment["FLEET__STORE"] = "sqlite";
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = $"REFUSE-{refusal}";

        (await ExamineAsync()).ShouldFind(codes);
    }

    [Fact]
    public async Task Doctor_TableThatIsSomebodyElses_SaysSo()
    {
        using var dynamoDb = Connect();
        await dynamoDb.CreateTableAsync(new CreateTableRequest
        {
            TableName = _cloud.RunsTable,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new("id", ScalarAttributeType.S)],
            KeySchema = [new("id", KeyType.HASH)],
        });

        (await ExamineAsync()).ShouldFind("tables.key", "tables.missing");
    }

    [Fact]
    public async Task Doctor_NothingListens_IsUnreachable()
    {
        _fleet.Environment["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1";

        (await DoctorExam.RunAsync(_fleet, "--only", "tables")).ShouldFind("aws.unreachable");
    }

    [Fact]
    public async Task Doctor_QueuesAtSqs_FindsThemMissingAndAfterProvisionWell()
    {
        _fleet.Environment["FLEET__STORE"] = "sqlite";
        _fleet.Environment.Remove("S3_BUCKET");
        foreach (var (name, value) in (await SqsEmulator.StartAsync()).Environment)
            _fleet.Environment[name] = value;
        _fleet.Environment["FLEET__TRANSPORT"] = "AmazonSqs";
        _fleet.Environment["FLEET__AMAZONSQS__PREFIX"] = $"{_cloud.Name}-";
        _fleet.Environment["FLEET__AMAZONSQS__DECLARE"] = "false";

        (await DoctorExam.RunAsync(_fleet)).ShouldFind("queues.missing");
        (await _fleet.RunAsync("provision")).ShouldBe(0);
        (await DoctorExam.RunAsync(_fleet)).ShouldBeWell();
        _fleet.Environment["AWS_ENDPOINT_URL_SQS"] = "http://127.0.0.1:1";
        (await DoctorExam.RunAsync(_fleet)).ShouldFind("broker.unreachable");
    }

    private Task<DoctorExam> ExamineAsync() => DoctorExam.RunAsync(_fleet, "--only", AwsChecks, "--permissions");

    private async Task DamageTablesAsync()
    {
        using var dynamoDb = Connect();
        await dynamoDb.UpdateTableAsync(new UpdateTableRequest
        {
            TableName = _cloud.RunsTable,
            GlobalSecondaryIndexUpdates = [new() { Delete = new() { IndexName = "due-index" } }],
        });
        await Wait.UntilAsync(
            async () => !(await dynamoDb.DescribeTableAsync(_cloud.RunsTable)).Table.GlobalSecondaryIndexes
                .Exists(index => index.IndexName == "due-index"),
            "the index to be gone");
        await dynamoDb.UpdateTimeToLiveAsync(new UpdateTimeToLiveRequest
        {
            TableName = _cloud.JournalTable,
            TimeToLiveSpecification = new() { AttributeName = "ttlSeconds", Enabled = false },
        });
    }

    /// <summary>As the fleet does: DynamoDB Local keeps apart what different keys and regions write.</summary>
    private AmazonDynamoDBClient Connect() => new(
        new BasicAWSCredentials(_fleet.Environment["AWS_ACCESS_KEY_ID"], _fleet.Environment["AWS_SECRET_ACCESS_KEY"]),
        new AmazonDynamoDBConfig
        {
            ServiceURL = _fleet.Environment["AWS_ENDPOINT_URL_DYNAMODB"],
            AuthenticationRegion = _fleet.Environment["AWS_REGION"],
        });
}
