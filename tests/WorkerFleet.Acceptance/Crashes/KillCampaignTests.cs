using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Acceptance.Store;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Crashes;

public sealed class KillCampaignTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int Seed = 20261121;
    private const int Rows = 3_000;
    private const int Kills = 26;

    /// <summary>Most of the points have to hit a run that is not over yet.</summary>
    private const int FewestKills = 22;

    private static readonly string[] Run =
    [
        "run", "rows.csv", "--agent", "far", "--prompt", "{{word}}", "--id-column", "id", "--output", "results",
        "--concurrency", "50", "--slice-size", "64", "--attempts", "3", "--retry-delay", "50ms", "--retry-max-delay", "200ms",
        "--expected-column", "right", "--answer", "/row",
    ];

    private readonly Workspace _undisturbed = Prepare();
    private readonly Workspace _fleet = Prepare();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _undisturbed.DisposeAsync();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Run_KilledAtManyPoints_EndsAsTheUndisturbedOne()
    {
        (await _undisturbed.RunAsync(Run)).ShouldBe(1);
        var expected = new Export(_undisturbed["results"]).ShouldBeComplete(Rows);

        var kills = 0;
        foreach (var point in KillPoint.Draw(Seed, Kills, Rows))
        {
            var settled = await FindSettledAsync();
            if (settled?.IsOver == true)
                break;
            var resume = settled is not null && kills % 2 == 1;
            var started = Stopwatch.GetTimestamp();
            var process = await _fleet.StartAsync(resume ? ["resume"] : Run);
            await WaitForAsync(point, process, settled?.Count ?? 0, auditBefore: kills % 3 == 0);
            var hit = !process.HasExited;
            await process.KillAsync();
            log.WriteLine($"{(hit ? "killed" : "too late for")} {(resume ? "resume" : "run")} " +
                $"after {Stopwatch.GetElapsedTime(started)} at {point}");
            kills += hit ? 1 : 0;
            if (point.At == KillAt.Submitted)
                Assert.NotNull(await FindSettledAsync());
            if (kills % 3 != 0)
                await AuditAsync(settled?.Count ?? 0);
        }

        Assert.InRange(kills, FewestKills, Kills);
        if ((await FindSettledAsync())?.IsOver != true)
            (await _fleet.RunAsync(Run)).ShouldBe(1);
        await _fleet.AuditAsync();
        await ShouldBeOneBatchAsync();
        ShouldEqual(expected, new Export(_fleet["results"]).ShouldBeComplete(Rows));
    }

    /// <summary>
    /// Rows that are worth tracing: some fail for good, some only at first, and all take their time. The agent, which answers
    /// with the row's number, is wrong in every third.
    /// </summary>
    private static Workspace Prepare() => Workspace.Create()
        .Write("rows.csv", "id,word,right\n" + string.Concat(Enumerable.Range(0, Rows).Select(row =>
            $"r{row},word {row},{(row % 3 == 0 ? "another" : row)}\n")))
        .WithAgents(new
        {
            far = new
            {
                Type = "simulated",
                Simulated = new
                {
                    // Slow enough that no run is over while a busy machine holds up the kill.
                    Seed, Latency = "00:00:00.100", LatencySpread = 0.5, UnavailableRate = 0.15, AgentErrorRate = 0.1,
                    ThrottledRate = 0.01, InvalidInputRate = 0.02,
                },
            },
        });

    private async Task WaitForAsync(KillPoint point, FleetProcess process, int settledBefore, bool auditBefore)
    {
        if (point.At == KillAt.Beginning)
            await UntilAsync(() => ValueTask.FromResult(Directory.Exists(_fleet[".fleet"])));
        else
            await UntilAsync(() => ValueTask.FromResult(process.Error.Contains("atch ", StringComparison.Ordinal)));
        await using var store = point.At == KillAt.Beginning || process.HasExited ? null : new StoreReader(_fleet[".fleet"]);
        if (store is not null && auditBefore)
            await AuditAsync(store, settledBefore);
        var enough = Math.Max(point.Rows, Math.Min(settledBefore + point.Progress, Rows));
        if (point.At == KillAt.Settled)
            await UntilAsync(async () => (await store!.LatestAsync()).Counts.Settled >= enough);
        else if (point.At == KillAt.Aggregating)
            await UntilAsync(() => ValueTask.FromResult(Directory.Exists(_fleet["results"])));
        var turns = 0;
        await UntilAsync(() => ValueTask.FromResult(turns++ >= point.Turns));

        Task UntilAsync(Func<ValueTask<bool>> holds) => Wait.UntilAsync(
            async () => process.HasExited || await holds(),
            string.Create(CultureInfo.InvariantCulture, $"{point}; the process said: {process.Error}"));
    }

    private async Task<(int Count, bool IsOver)?> FindSettledAsync()
    {
        if (!Directory.Exists(_fleet[".fleet"]))
            return null;
        await using var store = new StoreReader(_fleet[".fleet"]);
        return await store.FindLatestAsync() is { } batch
            ? ((int)batch.Counts.Settled, BatchStatus.IsFinal(batch.Batch.CurrentState))
            : null;
    }

    private async Task AuditAsync(int settledBefore)
    {
        await using var store = new StoreReader(_fleet[".fleet"]);
        await AuditAsync(store, settledBefore);
    }

    private static async Task AuditAsync(StoreReader store, int settledBefore)
    {
        if (await store.FindLatestAsync() is not { } batch)
            return;
        var report = await store.AuditAsync(batch.Batch.CorrelationId);
        Assert.True(report.Passed, string.Join('\n', report.Checks));
        Assert.Equal(Rows, report.RowsIn);
        Assert.InRange(report.Counts.Settled, settledBefore, Rows);
    }

    private async Task ShouldBeOneBatchAsync()
    {
        await using var store = new StoreReader(_fleet[".fleet"]);
        Assert.Equal(1, await store.CountBatchesAsync());
    }

    private static void ShouldEqual(Export expected, Export actual)
    {
        Assert.InRange(expected.Failures.Count, 1, Rows / 4);
        Assert.Equal(expected.Comparable("failures.jsonl"), actual.Comparable("failures.jsonl"));
        Assert.Equal(expected.Comparable("results.jsonl"), actual.Comparable("results.jsonl"));
        var accuracy = expected.Summary.GetProperty("accuracy");
        Assert.Equal(
            expected.CountOf("succeeded"),
            accuracy.GetProperty("correct").GetInt32() + accuracy.GetProperty("wrong").GetInt32());
        Assert.Equal(0.667, accuracy.GetProperty("score").GetDouble(), 0.05);
        foreach (var figure in (string[])["counts", "attempts", "errors", "accuracy"])
            Assert.Equal(
                expected.Summary.GetProperty(figure).GetRawText(), actual.Summary.GetProperty(figure).GetRawText());
    }
}
