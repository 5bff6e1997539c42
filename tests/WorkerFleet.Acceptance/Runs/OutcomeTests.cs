using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;

namespace WorkerFleet.Acceptance.Runs;

/// <summary>How a run ends, and what it leaves, when not every row succeeds.</summary>
public sealed class OutcomeTests : IAsyncLifetime
{
    private const int Rows = 100;

    private const string TakesLittle = "00:00:00.010";

    /// <summary>So that there are rows left to cancel when the batch learns that it has failed, however busy the machine.</summary>
    private const string TakesLong = "00:00:00.500";

    /// <summary>The second row has a field too many, the fourth a quote that is never closed before its end.</summary>
    private const string WithBadRows = "n,text\n1,one\n2,two,too many\n3,three\n4,fo\"ur\n5,five\n";

    private readonly Workspace _fleet = Workspace.Create();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Fact]
    public async Task Run_MalformedRows_AreRejectedWithTheirLineAndTheRestSucceeds()
    {
        _fleet.Write("rows.csv", WithBadRows);

        (await RunAsync("--agent", "echo")).ShouldBe(1);

        var export = new Export(_fleet["results"]).ShouldBeComplete(5);
        Assert.Equal(
            ["succeeded", "rejected", "succeeded", "rejected", "succeeded"], export.Results.Select(Export.StateOf));
        Assert.Equal([3, 5], export.Failures.Select(line => LineIn(line.GetProperty("error").GetProperty("message").GetString()!)));
        Assert.All(export.Failures, line => Assert.False(line.GetProperty("replayable").GetBoolean()));
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_MalformedRowsThatMustFail_BeginsNothing()
    {
        _fleet.Write("rows.csv", WithBadRows);

        var exit = (await RunAsync("--agent", "echo", "--on-bad-row", "fail")).ShouldBe(2);

        Assert.Contains("rows.csv", exit.Error, StringComparison.Ordinal);
        Assert.Equal(3, LineIn(exit.Error));
        Assert.False(Directory.Exists(_fleet["results"]));
        await using var store = new StoreReader(_fleet[".fleet"]);
        Assert.Equal(0, await store.CountBatchesAsync());
    }

    [Fact]
    public async Task Run_EveryRowFails_IsCompletedWithFailures()
    {
        WriteRows(invalidRate: 1);

        var exit = (await RunAsync("--agent", "far")).ShouldBe(1);

        Assert.Contains("100 failed", exit.Output, StringComparison.Ordinal);
        Assert.Equal(Rows, new Export(_fleet["results"]).ShouldBeComplete(Rows).CountOf("failed"));
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_FirstFailureStops_CancelsTheRest()
    {
        WriteRows(invalidRate: 1, TakesLong);

        var exit = (await RunAsync("--agent", "far", "--stop-on-first-failure", "--concurrency", "2")).ShouldBe(3);

        Assert.Contains("stop on the first failure", exit.Output, StringComparison.Ordinal);
        var export = new Export(_fleet["results"]).ShouldBeComplete(Rows);
        Assert.InRange(export.CountOf("failed"), 1, Rows - 1);
        Assert.Equal(Rows, export.CountOf("failed") + export.CountOf("cancelled"));
        await _fleet.AuditAsync();
    }

    [Theory]
    [InlineData("60", 1)]
    [InlineData("60%", 1)]
    [InlineData("5", 3)]
    [InlineData("5%", 3)]
    public async Task Run_Tolerance_DecidesWhetherFailuresEndTheBatch(string tolerance, int exitCode)
    {
        WriteRows(invalidRate: 0.4, exitCode == 3 ? TakesLong : TakesLittle);

        (await RunAsync("--agent", "far", "--tolerate", tolerance, "--concurrency", "2")).ShouldBe(exitCode);

        var export = new Export(_fleet["results"]).ShouldBeComplete(Rows);
        Assert.Equal(exitCode == 3, export.CountOf("cancelled") > 0);
        Assert.Equal(exitCode == 3 ? "Failed" : "CompletedWithFailures", export.Manifest.GetProperty("status").GetString());
        await _fleet.AuditAsync();
    }

    [Fact]
    public async Task Run_Deadline_CancelsWhatIsNotDoneByThen()
    {
        WriteRows(invalidRate: 0, latency: "00:00:02");

        var exit = (await RunAsync("--agent", "far", "--deadline", "6s", "--concurrency", "2")).ShouldBe(3);

        Assert.Contains("deadline", exit.Output, StringComparison.Ordinal);
        var export = new Export(_fleet["results"]).ShouldBeComplete(Rows);
        Assert.InRange(export.CountOf("cancelled"), 1, Rows);
        Assert.Equal(Rows, export.CountOf("cancelled") + export.CountOf("succeeded"));
        await _fleet.AuditAsync();
    }

    private void WriteRows(double invalidRate, string latency = TakesLittle) => _fleet
        .Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")))
        .WithAgents(new
        {
            far = new { Type = "simulated", Simulated = new { Latency = latency, InvalidInputRate = invalidRate } },
        });

    private Task<FleetExit> RunAsync(params string[] options) => _fleet.RunAsync(
        ["run", "rows.csv", "--prompt", "{{n}}", "--output", "results", .. options]);

    private static int LineIn(string message)
    {
        var after = message.IndexOf("ine ", StringComparison.Ordinal) + 4;
        return int.Parse(
            string.Concat(message[after..].TakeWhile(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture);
    }
}
