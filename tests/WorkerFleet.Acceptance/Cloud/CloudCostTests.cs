using System.Globalization;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>What a batch costs where it runs as for users: processes, looks at intervals and all.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CloudCostTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 10_000;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync() => _fleet.UseCloudStoreAsync();

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Batch_OfTenThousandRowsOfOneKilobyte_CostsWhatIsPromisedAndNeedsNoMoreThanItsRolesAllow()
    {
        _fleet.Workspace.Write("rows.csv", Source());
        await _fleet.BeginOrchestratorAsync("--log-level", "information");
        for (var number = 0; number < 2; number++)
            await _fleet.BeginWorkerAsync("--concurrency", "100", "--log-level", "information");
        foreach (var member in _fleet.Members)
            await member.WaitUntilReadyAsync();

        var id = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "echo", "--prompt", "{{text}}", "--concurrency", "200", "--output", "results");
        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.Completed, Rows), (end.Batch.CurrentState, end.Counts.Succeeded));
        foreach (var member in _fleet.Members)
            await member.StopAsync();

        var (orchestrator, worker) = (
            CloudUsage.Of(_fleet.Orchestrators[0]), _fleet.Workers.Select(CloudUsage.Of).Aggregate((one, two) => one + two));
        var all = orchestrator + worker;
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"A row: {all.WriteUnits / Rows:0.00} write units, {all.ReadUnits / Rows:0.000} read units, "
            + $"{all.Requests / Rows:0.000} requests, in {end.Batch.FinishedAt - end.Batch.SubmittedAt}."));
        foreach (var member in _fleet.Members)
            foreach (var line in CloudUsage.DetailsOf(member))
                log.WriteLine($"{member.Name}: {line}");
        // What is looked for at intervals is the larger part of the reads where a batch takes long, as on a busy machine: they are
        // written down here, and their limits are those of the batch by itself.
        Assert.InRange(all.WriteUnits / Rows, 2, 3.2);
        var names = new Dictionary<string, string>
        {
            [_fleet.Workspace.Environment["RUNS_TABLE"]] = "fleet-runs",
            [_fleet.Workspace.Environment["TASKS_TABLE"]] = "fleet-journal",
        };
        Assert.Empty(worker.NotAllowedBy(Policy("worker"), names));
        Assert.Empty(orchestrator.NotAllowedBy(Policy("orchestrator"), names));
    }

    private static string Policy(string role) =>
        Path.Combine(Workspace.RepositoryRoot, "deploy", "iam", $"{role}.json");

    /// <summary>Text with numbers that no two rows share, so that it compresses as text does.</summary>
    private static string Source()
    {
        string[] words = "the agent found a customer whose address had changed and wrote back that delivery takes two days".Split(' ');
        var random = new Random(4);
        return "text\n" + string.Concat(Enumerable.Range(0, Rows).Select(row =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"row {row}:");
            while (text.Length < 980)
                text += $" {words[random.Next(words.Length)]}"
                    + (random.Next(6) == 0 ? random.Next(100_000).ToString(" 0", CultureInfo.InvariantCulture) : "");
            return text + "\n";
        }));
    }
}
