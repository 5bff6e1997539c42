namespace WorkerFleet.Deployment.SupplyChain;

/// <summary>What is shipped, as containers run it: read-only, and as a user without rights.</summary>
[Collection(PublishedFleetTests.Name)]
public sealed class ReadOnlyTests(PublishedFleet published)
{
    [Fact]
    public void Run_ReadOnlyAsAUserWithoutRights_WritesItsResults()
    {
        var data = Data("data");

        var (exitCode, output, error) = Run("rw", data);

        Assert.True(exitCode == 0, output + error);
        Assert.Equal(20, File.ReadAllLines(Path.Combine(data, "results", "results.jsonl")).Length);
        Assert.True(File.Exists(Path.Combine(data, "fleet.db")));
    }

    /// <summary>That nothing else can be written to takes effect: without the data folder nothing goes.</summary>
    [Fact]
    public void Run_WithoutAFolderToWriteTo_SaysSo()
    {
        var (exitCode, _, error) = Run("ro", Data("locked"));

        Assert.NotEqual(0, exitCode);
        Assert.Contains("/tmp/data", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private (int ExitCode, string Output, string Error) Run(string mode, string data) => Tool.Try("env",
    [
        $"DATA_MODE={mode}", Repository.PathOf("tests/WorkerFleet.Deployment/SupplyChain/read-only.sh"), published.App, data,
        "dotnet", "/tmp/app/fleet.dll", "run", "/tmp/data/addresses.csv", "--agent", "echo", "--output", "/tmp/data/results",
    ]);

    private string Data(string name)
    {
        var data = published[name];
        File.Copy(Repository.PathOf("samples/addresses.csv"), Path.Combine(data, "addresses.csv"));
        // As a volume that everybody may write to: who the user is does not matter then.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(data, (UnixFileMode)0b111_111_111);
        return data;
    }
}
