using System.Globalization;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>
/// A batch whose agent fails in every way there is, but the same way in every run: what an item meets is drawn from the
/// seed, the row and the attempt. So whatever a fleet went through, its results are those of an undisturbed run.
/// </summary>
internal sealed class FlakyBatch(int rows)
{
    private const int Seed = 20261121;

    /// <summary>What both the fleet and the undisturbed run end with: some of the rows fail for good.</summary>
    private const int CompletedWithFailures = 1;

    /// <summary>The results do not depend on it; the undisturbed run may as well be fast.</summary>
    private const int UndisturbedConcurrency = 200;

    private const string Output = "results";

    /// <summary>Enough attempts that failures of the moment fail no row; and no long waits for the last ones.</summary>
    private static readonly string[] Retries = ["--attempts", "6", "--retry-delay", "100ms", "--retry-max-delay", "1s"];

    public int Rows => rows;

    /// <summary>Writes the source and configures the agent.</summary>
    /// <param name="workspace">Where the batch is going to be submitted.</param>
    /// <param name="latency">Median time that the agent takes.</param>
    public void Prepare(Workspace workspace, TimeSpan latency) => workspace
        .Write("rows.csv", "id,word\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"r{row},word {row}\n")))
        .WithAgents(new
        {
            flaky = new
            {
                Type = "simulated",
                Simulated = new
                {
                    Seed, Latency = latency.ToString("c", CultureInfo.InvariantCulture), LatencySpread = 0.5,
                    // Few, since an agent that throttles is left alone, and is called less from then on.
                    ThrottledRate = 0.002, UnavailableRate = 0.068, AgentErrorRate = 0.03, InvalidInputRate = 0.01,
                },
            },
        });

    public Task<Guid> SubmitAsync(TestFleet fleet, int concurrency) => fleet.SubmitAsync(ArgumentsOf(concurrency));

    /// <summary>Proves that the batch ended as an undisturbed run of the same source does, and nothing twice.</summary>
    /// <returns>How many invocations were interrupted, because their worker died, and repeated.</returns>
    public async Task<int> ShouldHaveEndedAsUndisturbedAsync(TestFleet fleet, BatchProgress end, ITestOutputHelper log)
    {
        Assert.Equal(BatchStatus.CompletedWithFailures, end.Batch.CurrentState);
        Assert.Equal(rows, end.Counts.Settled);
        Assert.Equal(rows, end.Counts.Total);
        await fleet.Workspace.AuditAsync();
        var interrupted = await ShouldBeJournaledOnceAsync(fleet, end.Batch, log);
        var actual = new Export(fleet.Workspace[Output]).ShouldBeComplete(rows);
        await using var undisturbed = await RunUndisturbedAsync();
        ShouldEqual(new Export(undisturbed[Output]).ShouldBeComplete(rows), actual);
        return interrupted;
    }

    private string[] ArgumentsOf(int concurrency) =>
    [
        "rows.csv", "--agent", "flaky", "--prompt", "{{word}}", "--id-column", "id", "--output", Output,
        "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture), .. Retries,
    ];

    private async Task<Workspace> RunUndisturbedAsync()
    {
        var workspace = Workspace.Create();
        Prepare(workspace, latency: TimeSpan.FromMilliseconds(1));
        (await workspace.RunAsync(["run", .. ArgumentsOf(UndisturbedConcurrency)])).ShouldBe(CompletedWithFailures);
        return workspace;
    }

    /// <summary>
    /// One outcome per item, and no attempt left out; and counts what had to be begun again. A failed attempt can end twice:
    /// its message is delivered to another worker when the broker is lost, while the first one is about to write that down.
    /// </summary>
    private async Task<int> ShouldBeJournaledOnceAsync(TestFleet fleet, BatchState batch, ITestOutputHelper log)
    {
        var (invocations, interrupted, most) = (0, 0, 0);
        await using var store = fleet.OpenStore();
        for (var index = 0; index < rows; index++)
        {
            var events = await store.ReadEventsAsync(ItemSession.IdFor(batch.CorrelationId, index));
            Assert.InRange(events.Count(e => e.Status == JournalStatus.InvocationSucceeded), 0, 1);
            var ended = events
                .Where(e => e.Status is JournalStatus.InvocationSucceeded or JournalStatus.InvocationFailed)
                .Select(e => e.Attempt)
                .ToHashSet();
            Assert.Equal(Enumerable.Range(1, ended.Count), ended.Order());
            var begun = events.Count(e => e.Status == JournalStatus.InvocationStarted)
                - events.Count(e => e.Status == JournalStatus.Released);
            Assert.InRange(begun, ended.Count, int.MaxValue);
            invocations += begun;
            interrupted += begun - ended.Count;
            most = Math.Max(most, begun - ended.Count);
        }
        log.WriteLine($"{invocations} invocations of {rows} rows, {interrupted} of them interrupted and repeated, " +
            $"{most} of one row at most");
        return interrupted;
    }

    private void ShouldEqual(Export expected, Export actual)
    {
        Assert.InRange(expected.Failures.Count, 1, rows / 20);
        Assert.Equal(expected.Comparable("failures.jsonl"), actual.Comparable("failures.jsonl"));
        Assert.Equal(expected.Comparable("results.jsonl"), actual.Comparable("results.jsonl"));
        foreach (var figure in (string[])["counts", "attempts", "errors"])
            Assert.Equal(
                expected.Summary.GetProperty(figure).GetRawText(), actual.Summary.GetProperty(figure).GetRawText());
    }
}
