using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>What the fleet needs in AWS, made and verified by a command.</summary>
public sealed class ProvisionTests : IAsyncLifetime
{
    private const int Failed = 3;

    private readonly Workspace _fleet = Workspace.Create();
    private readonly string _bucket = $"fleet-{Guid.CreateVersion7():N}";

    public async Task InitializeAsync()
    {
        foreach (var (name, value) in (await S3Emulator.StartAsync()).Environment)
            _fleet.Environment[name] = value;
        _fleet.Environment["S3_BUCKET"] = _bucket;
    }

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Fact]
    public async Task Provision_Twice_MakesAndThenFindsTheBucket()
    {
        Assert.Equal(["missing"], StatesOf((await _fleet.RunAsync("provision", "--dry-run", "--json")).ShouldBe(1)));
        Assert.Equal(["missing"], StatesOf((await _fleet.RunAsync("provision", "--dry-run", "--json")).ShouldBe(1)));

        Assert.Equal(["created"], StatesOf((await _fleet.RunAsync("provision", "--json")).ShouldBe(0)));

        Assert.Equal(["present"], StatesOf((await _fleet.RunAsync("provision", "--json")).ShouldBe(0)));
        Assert.Equal(["present"], StatesOf((await _fleet.RunAsync("provision", "--dry-run", "--json")).ShouldBe(0)));
    }

    [Fact]
    public async Task Provision_BucketWithoutRules_GetsTheRuleAlone()
    {
        using var s3 = (await S3Emulator.StartAsync()).CreateClient();
        await s3.PutBucketAsync(_bucket);

        var exit = (await _fleet.RunAsync("provision")).ShouldBe(0);

        Assert.Contains($"+ bucket  {_bucket}: it got a lifecycle rule", exit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provision_Refused_SaysSoByOneLine()
    {
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = "REFUSE-AccessDenied";

        var exit = (await _fleet.RunAsync("provision")).ShouldBe(Failed);

        var line = Assert.Single(exit.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"s3://{_bucket}: access denied", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provision_NothingInAws_SaysWhatToSet()
    {
        _fleet.Environment.Remove("S3_BUCKET");

        var exit = (await _fleet.RunAsync("provision")).ShouldBe(2);

        Assert.StartsWith("error: Fleet:Store: is sqlite", exit.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NoBucket_SaysSoAndAfterProvisionIsWell()
    {
        var before = (await _fleet.RunAsync("doctor")).ShouldBe(Failed);
        Assert.Contains($"there is no bucket {_bucket}; 'fleet provision' makes it", before.Output, StringComparison.Ordinal);
        (await _fleet.RunAsync("provision")).ShouldBe(0);

        var after = (await _fleet.RunAsync("doctor")).ShouldBe(0);

        Assert.Contains($"{_bucket} is there", after.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> StatesOf(FleetExit exit) => exit.Json().GetProperty("resources")
        .EnumerateArray().Select(resource => resource.GetProperty("state").GetString());
}
