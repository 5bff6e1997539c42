using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>A fleet whose store is in DynamoDB and S3, from its provisioning to the results of a batch.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CloudStoreTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private const int BadUsage = 2;
    private const int Failed = 3;

    private readonly Workspace _fleet = Workspace.Create();
    private string _name = "";
    private IAmazonS3 _s3 = null!;

    public async Task InitializeAsync()
    {
        var cloud = await CloudStore.ConfigureAsync(_fleet);
        _name = cloud.Name;
        _fleet.Environment["FLEET__BROKER"] = broker.Uri.ToString();
        _fleet.Environment["FLEET__RABBITMQ__PREFIX"] = RabbitMqBroker.NewPrefix();
        _s3 = cloud.S3.CreateClient();
    }

    public async Task DisposeAsync()
    {
        _s3.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Fleet_ProvisionedStore_TakesABatchFromS3ToS3()
    {
        Assert.Equal(["missing", "missing", "missing"], StatesOf((await _fleet.RunAsync("provision", "--dry-run", "--json")).ShouldBe(1)));
        Assert.Equal(["created", "created", "created"], StatesOf((await _fleet.RunAsync("provision", "--json")).ShouldBe(0)));
        Assert.Equal(["present", "present", "present"], StatesOf((await _fleet.RunAsync("provision", "--json")).ShouldBe(0)));
        var doctor = (await _fleet.RunAsync("doctor")).ShouldBe(0);
        Assert.Contains($"{_name}-runs and {_name}-journal are there", doctor.Output, StringComparison.Ordinal);
        await _s3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = _name, Key = "in/rows.csv",
            ContentBody = "city\n" + string.Concat(Enumerable.Range(0, 600).Select(number => $"city {number}\n")),
        });
        var up = await _fleet.StartAsync("up");
        await up.WaitForErrorAsync(" is ready: ");

        (await _fleet.RunAsync(
            "submit", $"s3://{_name}/in/rows.csv", "--agent", "echo", "--prompt", "{{city}}",
            "--output", $"s3://{_name}/out", "--wait")).ShouldBe(0);

        var report = await _fleet.AuditAsync();
        Assert.Contains($"4 files in s3://{_name}/out.", report.ToString(), StringComparison.Ordinal);
        var listed = (await _fleet.RunAsync("list", "--json")).ShouldBe(0).Json();
        Assert.Equal(600, Assert.Single(listed.EnumerateArray()).GetProperty("rows").GetInt64());
        Assert.False(File.Exists(Path.Combine(_fleet[".fleet"], "fleet.db")));
        await up.SignalAsync("TERM");
        (await up.WaitAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("status")]
    [InlineData("audit")]
    [InlineData("workers")]
    public async Task Command_NoTables_SaysWhichByOneLine(string command) =>
        AssertOneLine((await _fleet.RunAsync(command)).ShouldBe(Failed), $"there is no DynamoDB table {_name}-runs");

    [Fact]
    public async Task Submit_NoTables_SaysWhichByOneLine()
    {
        _fleet.Write("rows.csv", "city\nRome\n");
        await _s3.PutBucketAsync(_name);

        AssertOneLine(
            (await _fleet.RunAsync("submit", "rows.csv", "--agent", "echo", "--prompt", "{{city}}")).ShouldBe(Failed),
            $"there is no DynamoDB table {_name}-runs");
    }

    [Fact]
    public async Task Submit_AgentByItsAddress_SaysThatWorkersElsewhereDoNotKnowIt()
    {
        _fleet.Write("rows.csv", "city\nRome\n");

        AssertOneLine(
            (await _fleet.RunAsync("submit", "rows.csv", "--agent-url", "http://localhost:1", "--prompt", "{{city}}")).ShouldBe(BadUsage),
            "--agent-url: the workers of a fleet with its store in DynamoDB do not learn of the address", "Fleet:Agents:localhost-1:Url");
    }

    [Fact]
    public async Task Submit_NoBucket_SaysWhichByOneLine()
    {
        _fleet.Write("rows.csv", "city\nRome\n");

        AssertOneLine(
            (await _fleet.RunAsync("submit", "rows.csv", "--agent", "echo", "--prompt", "{{city}}")).ShouldBe(Failed),
            $"s3://{_name}/blobs/", "there is no such bucket; 'fleet provision' makes the fleet's own");
    }

    [Fact]
    public async Task Command_NoCredentials_SaysSoByOneLine()
    {
        _fleet.Environment.Remove("AWS_ACCESS_KEY_ID");
        _fleet.Environment.Remove("AWS_SECRET_ACCESS_KEY");
        // Nor those of whoever runs the tests.
        _fleet.Environment["HOME"] = _fleet.Folder;

        AssertOneLine((await _fleet.RunAsync("list")).ShouldBe(Failed), "no AWS credentials were found");
        var doctor = (await _fleet.RunAsync("doctor")).ShouldBe(Failed);
        Assert.Single(
            doctor.Output.Split('\n'), line => line.Contains("no AWS credentials were found", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_CloudStore_SaysThatItIsAFleets()
    {
        _fleet.Write("rows.csv", "city\nRome\n");

        AssertOneLine(
            (await _fleet.RunAsync("run", "rows.csv", "--agent", "echo", "--prompt", "{{city}}")).ShouldBe(BadUsage),
            "Fleet:Store is dynamodb", "'fleet submit'");
    }

    private static void AssertOneLine(FleetExit exit, params string[] says)
    {
        Assert.Empty(exit.Output);
        var line = Assert.Single(exit.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.All(says, text => Assert.Contains(text, line, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> StatesOf(FleetExit exit) => exit.Json().GetProperty("resources")
        .EnumerateArray().Select(resource => resource.GetProperty("state").GetString());
}
