using System.Text.Json;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;

namespace WorkerFleet.Acceptance.Plan;

/// <summary>Plans some batches, one after the other, and then runs all of them.</summary>
public sealed class PlannedRuns : IAsyncLifetime
{
    /// <summary>Calls that differ in length, some of which fail, by numbers that somebody knows.</summary>
    public const string Numbers = "numbers";

    /// <summary>The same by a sample.</summary>
    public const string Sampled = "sampled";

    /// <summary>Calls that are held back by the sessions that may be begun a second.</summary>
    public const string Paced = "paced";

    /// <summary>Calls that are held back by the sessions that may be live.</summary>
    public const string Sessions = "sessions";

    /// <summary>
    /// The part of the rows that is not compared: a process that has just been started compiles for seconds, and for longer when others
    /// on the machine do so as well.
    /// </summary>
    private const double Head = 0.25;

    /// <summary>Several runs beside one another, on a machine that may be busy.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Workspace _fleet = Workspace.Create();
    private readonly Dictionary<string, PlannedRun> _runs = [];

    public PlannedRun this[string scenario] => _runs[scenario];

    public async Task InitializeAsync()
    {
        _fleet.WithAgents(new
        {
            // The mean of a log-normal latency is its median × exp(σ² ÷ 2), its 95th percentile the median × exp(1.645 σ).
            numbers = Agent("00:00:00.500", spread: 0.4, unavailable: 0.08, invalid: 0.02),
            sampled = Agent("00:00:00.800", spread: 0.3, unavailable: 0.05),
            paced = new { Type = "simulated", NewSessionsPerSecond = 25, Simulated = new { Latency = "00:00:00.700" } },
            sessions = new
            {
                Type = "simulated", LiveSessions = 60, SessionIdleTime = "00:00:05",
                Simulated = new { Latency = "00:00:00.500" },
            },
        });
        var scenarios = new[]
        {
            await PlanAsync(Numbers, 1_000, 20, "batch_concurrency",
                "--latency", "542ms", "--latency-p95", "965ms", "--failure-rate", "8%", "--refused-rate", "2%"),
            await PlanAsync(Sampled, 900, 30, "batch_concurrency", "--sample", "120"),
            await PlanAsync(Paced, 650, 60, "new_sessions_per_second", "--sample", "20"),
            await PlanAsync(Sessions, 300, 20, "live_sessions", "--latency", "500ms"),
        };
        foreach (var run in await Task.WhenAll(scenarios.Select(RunAsync)))
            _runs[run.Scenario] = run;
    }

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    private async Task<PlannedRun> PlanAsync(
        string scenario, int rows, int concurrency, string limit, params string[] options)
    {
        _fleet.Write($"{scenario}.csv", "n\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{row}\n")));
        var run = new PlannedRun(scenario, concurrency, limit);
        var plan = (await _fleet.RunAsync(["plan", .. ArgumentsOf(run), .. options])).ShouldBe(0).Json();
        Assert.False(Directory.Exists(_fleet[scenario]));
        return run with
        {
            PlannedMs = plan.GetProperty("time_ms").GetProperty("expected").GetDouble() * (1 - Head),
            PlannedCalls = plan.GetProperty("calls").GetDouble(),
            PlannedLimit = plan.GetProperty("limits")[0].GetProperty("kind").GetString()!,
        };
    }

    private async Task<PlannedRun> RunAsync(PlannedRun run)
    {
        var exit = await (await _fleet.StartAsync(["run", .. ArgumentsOf(run)])).WaitAsync(Limit);
        Assert.InRange(exit.ExitCode, 0, 1);
        var ends = new Export(_fleet[$"results/{run.Scenario}"]).Results.Select(EndOf).Order().ToList();
        return run with
        {
            ActualMs = (ends[^1] - ends[(int)(ends.Count * Head)]).TotalMilliseconds,
            Attempts = exit.Json().GetProperty("attempts").GetDouble(),
        };
    }

    private static DateTimeOffset EndOf(JsonElement row) => row.GetProperty("started_at").GetDateTimeOffset()
        .AddMilliseconds(row.GetProperty("duration_ms").GetDouble());

    /// <summary>Each in a data folder of its own, since they run at the same time.</summary>
    private static string[] ArgumentsOf(PlannedRun run) =>
    [
        $"{run.Scenario}.csv", "--agent", run.Scenario, "--prompt", "Look at {{n}}", "--concurrency",
        JsonSerializer.Serialize(run.Concurrency), "--data", run.Scenario, "--json",
    ];

    private static object Agent(string latency, double spread, double unavailable, double invalid = 0) => new
    {
        Type = "simulated",
        Simulated = new
        {
            Latency = latency, LatencySpread = spread, UnavailableRate = unavailable, InvalidInputRate = invalid,
        },
    };
}
