using Microsoft.Extensions.Configuration;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Tests.Cli;

public sealed class AwsSettingsReaderTests : IDisposable
{
    private readonly CliProcess _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Read_Nothing_IsTheLocalStore()
    {
        var settings = ReadGood();

        Assert.Equal(new AwsSettings(), settings);
        Assert.Equal(
            (StoreKind.Sqlite, "fleet-runs", "fleet-journal"),
            (settings.Store, settings.RunsTable, settings.JournalTable));
    }

    [Fact]
    public void Read_EverythingGiven_IsTaken() => Assert.Equal(
        new AwsSettings
        {
            Store = StoreKind.DynamoDb,
            Region = "eu-central-1",
            RunsTable = "runs",
            JournalTable = "journal",
            Bucket = "my-bucket",
            DynamoDbEndpoint = new Uri("http://localhost:8000"),
            S3Endpoint = new Uri("https://s3.example/path"),
            Retention = TimeSpan.FromDays(30),
        },
        ReadGood(
            ("Fleet:Store", "DynamoDB"),
            ("Fleet:Aws:Region", "eu-central-1"),
            ("Fleet:Aws:RunsTable", "runs"),
            ("Fleet:Aws:JournalTable", "journal"),
            ("Fleet:Aws:Bucket", "my-bucket"),
            ("Fleet:Aws:DynamoDb:Endpoint", "http://localhost:8000"),
            ("Fleet:Aws:DynamoDb:Retention", "30d"),
            ("Fleet:Aws:S3:Endpoint", "https://s3.example/path")));

    [Theory]
    [InlineData("Fleet:Store", "dynamo", "Fleet:Store: 'dynamo' is not one of sqlite, dynamodb; did you mean 'dynamodb'?")]
    [InlineData("Fleet:Aws:Regoin", "x", "Fleet:Aws:Regoin: there is no such key; did you mean 'Region'?")]
    [InlineData("Fleet:Aws:S3:Url", "x", "Fleet:Aws:S3:Url: there is no such key")]
    [InlineData("Fleet:Aws:DynamoDb:TableName", "x", "Fleet:Aws:DynamoDb:TableName: there is no such key")]
    [InlineData("Fleet:Aws:Region", "Frankfurt am Main", "Fleet:Aws:Region: 'Frankfurt am Main' is not a region such as")]
    [InlineData("Fleet:Aws:RunsTable", "a b", "Fleet:Aws:RunsTable: 'a b' is no name of a table")]
    [InlineData("Fleet:Aws:JournalTable", "ab", "Fleet:Aws:JournalTable: 'ab' is no name of a table")]
    [InlineData("Fleet:Aws:JournalTable", "fleet-runs", "Fleet:Aws:JournalTable: 'fleet-runs' is the table of Fleet:Aws:RunsTable too")]
    [InlineData("Fleet:Aws:Bucket", "My_Bucket", "Fleet:Aws:Bucket: 'My_Bucket' is no name of a bucket")]
    [InlineData("Fleet:Aws:S3:Endpoint", "localhost:4566", "Fleet:Aws:S3:Endpoint: 'localhost:4566' is not an address such as")]
    [InlineData("Fleet:Aws:S3:Endpoint", "http://me:secret@host", "Fleet:Aws:S3:Endpoint: 'host' is not an address such as")]
    [InlineData("Fleet:Aws:DynamoDb:Endpoint", "ftp://host", "Fleet:Aws:DynamoDb:Endpoint: 'ftp://host' is not an address")]
    [InlineData("Fleet:Aws:DynamoDb:Retention", "5m", "Fleet:Aws:DynamoDb:Retention: '5m' is not a duration such as 30d")]
    public void Read_OneMistake_IsOneMessage(string key, string value, string expected)
    {
        var problem = Assert.Single(ProblemsOf((key, value)));

        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CloudStoreWithoutBucket_AsksForOne()
    {
        var problem = Assert.Single(ProblemsOf(("Fleet:Store", "dynamodb")));

        Assert.StartsWith("Fleet:Aws:Bucket: is missing", problem, StringComparison.Ordinal);
        Assert.Contains("S3_BUCKET", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralMistakes_AreAllTold() => Assert.Equal(3, ProblemsOf(
        ("Fleet:Store", "redis"), ("Fleet:Aws:Bucket", "B"), ("Fleet:Aws:S3:Endpoint", "x")).Count);

    [Fact]
    public void Read_VariablesOfOlderSystems_AreTaken()
    {
        _cli.Environment["RUNS_TABLE"] = "arc_benchmark_runs";
        _cli.Environment["TASKS_TABLE"] = "arc_task_progress";
        _cli.Environment["S3_BUCKET"] = "arc-results";

        var settings = ReadEnvironment();

        Assert.Equal(
            ("arc_benchmark_runs", "arc_task_progress", "arc-results"),
            (settings.RunsTable, settings.JournalTable, settings.Bucket));
    }

    [Fact]
    public void Read_VariablesOfAws_TheNarrowerWins()
    {
        _cli.Environment["AWS_DEFAULT_REGION"] = "us-east-2";
        _cli.Environment["AWS_REGION"] = "eu-central-1";
        _cli.Environment["AWS_ENDPOINT_URL"] = "http://localhost:4566";
        _cli.Environment["AWS_ENDPOINT_URL_S3"] = "http://localhost:9000";

        var settings = ReadEnvironment();

        Assert.Equal("eu-central-1", settings.Region);
        Assert.Equal(new Uri("http://localhost:4566"), settings.DynamoDbEndpoint);
        Assert.Equal(new Uri("http://localhost:9000"), settings.S3Endpoint);
    }

    [Fact]
    public void Read_OwnConfiguration_WinsOverVariablesOfAws()
    {
        _cli.Write("appsettings.json", """{"Fleet": {"Aws": {"Region": "eu-west-1", "S3": {"Endpoint": "http://a"}}}}""");
        _cli.Environment["AWS_REGION"] = "eu-central-1";
        _cli.Environment["AWS_ENDPOINT_URL_S3"] = "http://b";
        _cli.Environment["FLEET__AWS__S3__ENDPOINT"] = "http://c";

        var settings = ReadEnvironment();

        Assert.Equal(("eu-west-1", new Uri("http://c")), (settings.Region, settings.S3Endpoint));
    }

    [Fact]
    public void Read_EndpointsToBeIgnored_AreIgnored()
    {
        _cli.Environment["AWS_ENDPOINT_URL"] = "http://localhost:4566";
        _cli.Environment["AWS_REGION"] = "eu-central-1";
        _cli.Environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";

        var settings = ReadEnvironment();

        Assert.Equal((null, "eu-central-1"), (settings.S3Endpoint, settings.Region));
    }

    private AwsSettings ReadEnvironment()
    {
        var problems = new List<string>();
        var cli = _cli.CreateContext(TextWriter.Null, TextWriter.Null);
        var settings = AwsSettingsReader.Read(FleetConfiguration.Build(cli), problems);
        Assert.Empty(problems);
        return settings!;
    }

    private static AwsSettings ReadGood(params (string Key, string Value)[] values)
    {
        var problems = new List<string>();
        var settings = AwsSettingsReader.Read(Configuration(values), problems);
        Assert.Empty(problems);
        return settings!;
    }

    private static List<string> ProblemsOf(params (string Key, string Value)[] values)
    {
        var problems = new List<string>();
        Assert.Null(AwsSettingsReader.Read(Configuration(values), problems));
        return problems;
    }

    private static IConfiguration Configuration((string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)))
        .Build();
}
