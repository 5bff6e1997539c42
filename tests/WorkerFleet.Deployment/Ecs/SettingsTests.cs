using WorkerFleet.Ecs;

namespace WorkerFleet.Deployment.Ecs;

public sealed class SettingsTests
{
    [Fact]
    public void Read_Example_IsRight()
    {
        var problems = new List<string>();

        var settings = FleetSettingsReader.ReadFile(Repository.PathOf("deploy/ecs/fleet.example.json"), problems);

        Assert.Empty(problems);
        Assert.Equal(("my-company-fleet", "fleet-", 20), (settings!.Bucket, settings.Prefix, settings.MaxWorkers));
        Assert.Equal("fleet/partner:token", settings.Secrets["FLEET__AGENTS__partner__AUTH__TOKEN"]);
    }

    [Fact]
    public void Read_AllWrong_TellsEachByItsKey()
    {
        var problems = ProblemsOf("""
            {
              "bucket": "No Bucket", "stackName": "1", "prefix": "fleet.", "vpcId": "10.0.0.0/16",
              "natGateways": 0, "orchestrators": 11,
              "minWorkers": 30, "maxWorkers": 20, "workerConcurrency": 0, "backlogPerWorker": 0, "oldestItemMinutes": 1,
              "logDays": 31,
              "api": true, "sources": "my-data", "results": "my-data/*", "ports": [0],
              "environment": { "FLEET__AGENTS__a__AUTH__TOKEN": "s3cret", "A B": "1", "X": "1" }, "secrets": { "X": "x" }
            }
            """);

        Assert.Equal(
            [
                "bucket", "stackName", "prefix", "vpcId", "natGateways", "orchestrators", "workerConcurrency",
                "backlogPerWorker",
                "oldestItemMinutes", "ports", "minWorkers", "logDays", "certificate", "sources", "results", "environment",
                "environment",
                "secrets",
            ],
            problems.Select(problem => problem.Split(": ")[1]));
        Assert.DoesNotContain(problems, problem => problem.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "bucket": "my-fleet", "maxWorker": 3 }""", "maxWorker")]
    [InlineData("""{ "bucket": "my-fleet", "maxWorkers": "many" }""", "maxWorkers")]
    [InlineData("{", "fleet.json")]
    [InlineData("null", "has to be an object")]
    [InlineData("""{ "bucket": null }""", "bucket")]
    [InlineData("{}", "bucket: ")]
    public void Read_NoSettings_SaysWhatIsWrong(string json, string told) =>
        Assert.Contains(told, Assert.Single(ProblemsOf(json)), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void ReadFile_ThatIsNotThere_SaysWhatToDo()
    {
        var problems = new List<string>();

        Assert.Null(FleetSettingsReader.ReadFile(Path.Combine(Path.GetTempPath(), "no", "fleet.json"), problems));

        Assert.Contains("fleet.example.json", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static List<string> ProblemsOf(string json)
    {
        var problems = new List<string>();
        Assert.Null(FleetSettingsReader.Read(json, "fleet.json", problems));
        return problems;
    }
}
