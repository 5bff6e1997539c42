using System.Globalization;
using WorkerFleet.Benchmarks;
using WorkerFleet.Benchmarks.Bare;
using WorkerFleet.Benchmarks.Fleet;

// The benchmarks of docs/performance.md: dotnet run -c Release --project tests/WorkerFleet.Benchmarks [NAME…] [--rounds N]
// Each compares two things in one run, in turn, so that a machine that is slow today is slow for both.
if (args is ["bare", var items])
    return await BareBus.RunAsync(int.Parse(items, CultureInfo.InvariantCulture));

var rounds = args.SkipWhile(arg => arg != "--rounds").Skip(1).FirstOrDefault() is { } count
    ? int.Parse(count, CultureInfo.InvariantCulture)
    : 3;
var names = args.TakeWhile(arg => arg != "--rounds").ToList();
var folder = Directory.CreateTempSubdirectory("fleet-benchmark-").FullName;
try
{
    FleetRun.Build();
    if (Wanted("throughput"))
        await ThroughputAsync();
    if (Wanted("utilisation"))
        await UtilisationAsync();
    if (Wanted("memory"))
        await MemoryAsync();
    return Report.ExitCode;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

bool Wanted(string name) => names.Count == 0 || names.Contains(name);

// Rows a second of a whole batch, journal durable and results written, against the bus alone with the same messages;
// and how long the end of the batch takes once its last row is settled.
async Task ThroughputAsync()
{
    var csv = SampleRows.WriteCsv(folder, Measures.ThroughputRows);
    var (ratios, completions) = (new List<double>(), new List<double>());
    for (var round = 0; round < rounds; round++)
    {
        var bare = await BareRun.StartAsync(Measures.ThroughputRows);
        var fleet = await FleetRun.StartAsync(csv, folder, Measures.ThroughputConcurrency, "echo");
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"throughput {round + 1}: bare {bare:F0}/s, fleet {fleet.RowsPerSecond:F0}/s, completion {fleet.Completion.TotalSeconds:F2} s, peak {fleet.PeakMiB:F0} MiB"));
        ratios.Add(fleet.RowsPerSecond / bare);
        completions.Add(fleet.Completion.TotalSeconds);
    }

    Report.Line("throughput, fleet ÷ bare bus", ratios, Measures.ThroughputRatio, atLeast: true);
    Report.Line("last row settled to batch completed, s", completions,
        Measures.CompletionLimit.TotalSeconds, atLeast: false);
}

// How much of the agent's possible time is used: items × latency ÷ (concurrency × wall).
async Task UtilisationAsync()
{
    var csv = SampleRows.WriteCsv(folder, Measures.UtilisationRows);
    var ideal = Measures.UtilisationRows * Measures.UtilisationLatency / Measures.UtilisationConcurrency;
    var environment = new Dictionary<string, string>
    {
        ["FLEET__AGENTS__STEADY__TYPE"] = "simulated",
        ["FLEET__AGENTS__STEADY__SIMULATED__LATENCY"] = Measures.UtilisationLatency.ToString(),
    };
    var ratios = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var fleet = await FleetRun.StartAsync(csv, folder, Measures.UtilisationConcurrency, "steady", environment);
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"utilisation {round + 1}: {fleet.Wall.TotalSeconds:F2} s, ideal {ideal.TotalSeconds:F2} s"));
        ratios.Add(ideal / fleet.Wall);
    }

    Report.Line("utilisation of a 100 ms agent at concurrency 200", ratios, Measures.UtilisationRatio, atLeast: true);
}

// Peak memory must not grow with the batch.
async Task MemoryAsync()
{
    var few = SampleRows.WriteCsv(folder, Measures.FewRows);
    var many = SampleRows.WriteCsv(folder, Measures.ManyRows);
    var small = await FleetRun.StartAsync(few, folder, Measures.ThroughputConcurrency, "echo");
    var large = await FleetRun.StartAsync(many, folder, Measures.ThroughputConcurrency, "echo");
    Report.Progress(string.Create(CultureInfo.InvariantCulture,
        $"memory: {small.PeakMiB:F0} MiB for {small.Rows} rows, {large.PeakMiB:F0} MiB for {large.Rows} rows ({large.RowsPerSecond:F0} rows/s)"));
    Report.Line("peak memory, 1,000,000 rows ÷ 20,000 rows", [large.PeakMiB / small.PeakMiB],
        Measures.MemoryRatio, atLeast: false);
}
