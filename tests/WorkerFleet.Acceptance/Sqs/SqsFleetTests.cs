using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Conformance.Emulators;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Sqs;

/// <summary>A fleet that meets at Amazon SQS, with its store in a folder.</summary>
[Collection(SqsTests.Name)]
public sealed partial class SqsFleetTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 10_000;

    private readonly TestFleet _fleet = TestFleet.CreateForSqs(log);
    private SqsEmulator _sqs = null!;

    public async Task InitializeAsync()
    {
        _sqs = await SqsEmulator.StartOwnAsync();
        _fleet.UseSqs(_sqs.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _sqs.DisposeAsync();
    }

    [Fact]
    public async Task Batch_OfTenThousandRowsAtFullLoad_CostsAtMostSevenRequestsForTwentyRows()
    {
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        await _fleet.BeginOrchestratorAsync("--log-level", "information");
        for (var number = 0; number < 2; number++)
            await _fleet.BeginWorkerAsync("--concurrency", "100", "--log-level", "information");
        foreach (var member in _fleet.Members)
            await member.WaitUntilReadyAsync();

        var id = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "echo", "--prompt", "{{n}}", "--concurrency", "200", "--output", "results",
            // What drives a batch are some messages a slice, which rarely share a request with others.
            "--slice-size", "1000");
        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.Completed, Rows), (end.Batch.CurrentState, end.Counts.Succeeded));
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        await _fleet.Workspace.AuditAsync();
        foreach (var member in _fleet.Members)
            await member.StopAsync();

        foreach (var member in _fleet.Members)
        {
            var operations = Operations().Match(member.Log).Groups[1].Value;
            log.WriteLine($"{member.Name}: {operations}");
            Assert.Empty(operations.Split(", ").Select(operation => ActionOf(operation.Split(' ')[0])).Except(AllowedActions()));
        }

        var requests = _fleet.Members.Sum(member => int.Parse(Requests().Match(member.Log).Groups[1].ValueSpan, null));
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(double)requests / Rows:0.000} requests a row, in {end.Batch.FinishedAt - end.Batch.SubmittedAt}."));
        Assert.InRange(requests, Rows / 10 * 2, Rows / 20 * 7);
    }

    [Fact]
    public async Task Batch_RowsLargerThanAMessage_ReachTheAgentWhole()
    {
        const int Large = 1_500_000;
        _fleet.Workspace.Write(
            "rows.jsonl", string.Concat(Enumerable.Range(0, 6).Select(row => $"{{\"text\":\"{row}{new string('x', Large)}\"}}\n")));
        await _fleet.StartAsync(1, 1);

        var id = await _fleet.SubmitAsync(
            "rows.jsonl", "--agent", "echo", "--prompt", "{{text}}", "--max-row-bytes", "4MiB", "--output", "results");

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(id)).Batch.CurrentState);
        var lines = await File.ReadAllLinesAsync(Path.Combine(_fleet.Workspace["results"], "results.jsonl"));
        Assert.All(lines.Index(), line => Assert.Contains($"{line.Index}{new string('x', Large)}", line.Item, StringComparison.Ordinal));
    }

    /// <summary>What a batch does is allowed by the right to do it to one.</summary>
    private static string ActionOf(string operation) => $"sqs:{operation.Replace("Batch", "", StringComparison.Ordinal)}";

    private static IEnumerable<string> AllowedActions()
    {
        using var policy = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Workspace.RepositoryRoot, "deploy", "iam", "queues.json")));
        return [.. policy.RootElement.GetProperty("Statement").EnumerateArray()
            .SelectMany(statement => statement.GetProperty("Action").EnumerateArray()).Select(action => action.GetString()!)];
    }

    [GeneratedRegex(@"Amazon SQS: (\d+) requests")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Amazon SQS by operation: (.*)")]
    private static partial Regex Operations();
}
