using System.Globalization;

namespace WorkerFleet.Benchmarks.Api;

/// <summary>What the API costs a fleet, and what it is like to use while one works.</summary>
internal static class ApiMeasures
{
    /// <summary>Rows a second while many watch, against the same fleet while nobody does.</summary>
    public static async Task WatchersAsync(string folder, string broker, int rounds, int rows)
    {
        var csv = SampleRows.WriteCsv(folder, rows);
        await using var fleet = await ApiFleet.StartAsync(
            Path.Combine(folder, "watchers"), broker, new Dictionary<string, string>());
        await fleet.RunAsync(csv, Measures.ThroughputConcurrency, "echo");
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var (plain, watched, events) = (0.0, 0.0, 0L);
            // In turn, so that what the store has grown by weighs on both.
            foreach (var isWatched in round % 2 == 0 ? (bool[])[false, true] : [true, false])
            {
                var run = await fleet.RunAsync(
                    csv, Measures.ThroughputConcurrency, "echo", isWatched ? WatchAsync : null);
                if (isWatched)
                    watched = run.RowsPerSecond;
                else
                    plain = run.RowsPerSecond;
            }

            Report.Progress(string.Create(CultureInfo.InvariantCulture,
                $"watchers {round + 1}: nobody {plain:F0} rows/s, {Measures.Watchers} watch {watched:F0} rows/s, "
                + $"{events} events"));
            ratios.Add(watched / plain);

            async Task WatchAsync(Guid batch, CancellationToken over) =>
                events = await LiveWatchers.WatchAsync(fleet.Api, batch, Measures.Watchers, over);
        }

        Report.Line(
            $"throughput with {Measures.Watchers} watchers ÷ with none", ratios, Measures.WatchersRatio, atLeast: true);
    }

    /// <summary>How long reads take while a batch runs: of an agent that takes its time, and flat out.</summary>
    public static async Task LoadAsync(string folder, string broker, int rounds, int rows)
    {
        var csv = SampleRows.WriteCsv(folder, rows);
        var steadyAgent = new Dictionary<string, string>
        {
            ["FLEET__AGENTS__STEADY__TYPE"] = "simulated",
            ["FLEET__AGENTS__STEADY__SIMULATED__LATENCY"] = Measures.UtilisationLatency.ToString(),
        };
        await using var fleet = await ApiFleet.StartAsync(Path.Combine(folder, "load"), broker, steadyAgent);
        await MeasureAsync(fleet, SampleRows.WriteCsv(folder, Measures.WarmUpRows), "echo");
        var (steady, busy) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            steady.Add(await MeasureAsync(fleet, csv, "steady"));
            busy.Add(await MeasureAsync(fleet, csv, "echo"));
        }

        var limit = Measures.ReadLimit.TotalMilliseconds;
        Report.Line("p99 of reads while a batch of a 100 ms agent runs, ms", steady, limit, atLeast: false);
        Report.Line("p99 of reads while a batch runs flat out, ms", busy, limit, atLeast: false);
    }

    /// <returns>The 99th percentile, in milliseconds.</returns>
    private static async Task<double> MeasureAsync(ApiFleet fleet, string csv, string agent)
    {
        var load = new ReadLoad(fleet.Api);
        var run = await fleet.RunAsync(csv, Measures.ThroughputConcurrency, agent, load.RunAsync);
        var all = load.Latencies.SelectMany(kind => kind.Latencies).ToList();
        var kinds = load.Latencies.Select(kind => string.Create(CultureInfo.InvariantCulture,
            $"{kind.Kind} {ReadLoad.Percentile(kind.Latencies, 0.5):F1}/"
            + $"{ReadLoad.Percentile(kind.Latencies, 0.99):F1}"));
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"api-load, {agent}: {run.RowsPerSecond:F0} rows/s beside {all.Count} reads, p50/p99 in ms: "
            + $"{string.Join(", ", kinds)}"));
        return ReadLoad.Percentile(all, 0.99);
    }
}
