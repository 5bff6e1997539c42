using System.Globalization;
using WorkerFleet.Benchmarks;
using WorkerFleet.Benchmarks.Api;
using WorkerFleet.Benchmarks.Bare;
using WorkerFleet.Benchmarks.Fleet;

// The benchmarks of docs/performance.md:
//   dotnet run -c Release --project tests/WorkerFleet.Benchmarks [NAME…] [--rounds N] [--broker amqp://…]
// Those of a fleet (broker, scale, limit, watchers, api-load) need a RabbitMQ. --rows N makes the last two smaller, to try them.
// Each compares two things in one run, in turn, so that a machine that is slow today is slow for both.
if (args is ["bare", var items, ..])
    return await BareBus.RunAsync(int.Parse(items, CultureInfo.InvariantCulture), args.ElementAtOrDefault(2));

var rounds = ValueOf("--rounds") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : 3;
var broker = ValueOf("--broker");
var names = args.TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)).ToList();
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
    if (broker is null && names.Any(name => name is "broker" or "scale" or "limit" or "watchers" or "api-load"))
        throw new InvalidOperationException("broker, scale, limit, watchers and api-load need --broker amqp://…");
    if (broker is not null && Wanted("broker"))
        await BrokerAsync(broker);
    if (broker is not null && Wanted("scale"))
        await ScaleAsync(broker);
    if (broker is not null && Wanted("limit"))
        await LimitAsync(broker);
    if (broker is not null && Wanted("watchers"))
        await ApiMeasures.WatchersAsync(folder, broker, rounds, RowsOr(Measures.WatchersRows));
    if (broker is not null && Wanted("api-load"))
        await ApiMeasures.LoadAsync(folder, broker, rounds, RowsOr(Measures.LoadRows));
    return Report.ExitCode;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

string? ValueOf(string option) => args.SkipWhile(arg => arg != option).Skip(1).FirstOrDefault();

int RowsOr(int usual) => ValueOf("--rows") is { } rows ? int.Parse(rows, CultureInfo.InvariantCulture) : usual;

bool Wanted(string name) => names.Count == 0 || names.Contains(name);

// Rows a second of a whole batch, journal durable and results written, against the bus alone with the same messages;
// and how long the end of the batch takes once its last row is settled.
async Task ThroughputAsync()
{
    var csv = SampleRows.WriteCsv(folder, Measures.ThroughputRows);
    var (ratios, withoutEnvelope, completions) = (new List<double>(), new List<double>(), new List<double>());
    for (var round = 0; round < rounds; round++)
    {
        var bare = await BareRun.StartAsync(Measures.ThroughputRows);
        var bareWithoutEnvelope = await BareRun.StartAsync(Measures.ThroughputRows, BareBus.WithoutEnvelope);
        var fleet = await FleetRun.StartAsync(csv, folder, Measures.ThroughputConcurrency, "echo");
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"throughput {round + 1}: bare {bare:F0}/s, without envelope {bareWithoutEnvelope:F0}/s, fleet {fleet.RowsPerSecond:F0}/s, completion {fleet.Completion.TotalSeconds:F2} s, peak {fleet.PeakMiB:F0} MiB"));
        ratios.Add(fleet.RowsPerSecond / bare);
        withoutEnvelope.Add(fleet.RowsPerSecond / bareWithoutEnvelope);
        completions.Add(fleet.Completion.TotalSeconds);
    }

    Report.Line("throughput, fleet ÷ bare bus", ratios, Measures.ThroughputRatio, atLeast: true);
    Report.Line("throughput, fleet ÷ bare bus without envelope", withoutEnvelope);
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

// The same as ThroughputAsync, on the broker: a whole fleet in one process against MassTransit alone.
async Task BrokerAsync(string address)
{
    var csv = SampleRows.WriteCsv(folder, Measures.BrokerRows);
    var ratios = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var bare = await BareRun.StartAsync(Measures.BrokerRows, address);
        await using var fleet = await BrokerFleet.StartAsync(
            Path.Combine(folder, $"broker-{round}"), address, NoSettings(), $"up --concurrency {Measures.ThroughputConcurrency}");
        var run = await fleet.RunAsync(csv, Measures.ThroughputConcurrency, "echo");
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"broker {round + 1}: bare {bare:F0}/s, fleet {run.RowsPerSecond:F0}/s"));
        ratios.Add(run.RowsPerSecond / bare);
    }

    Report.Line("throughput on the broker, fleet ÷ bare bus", ratios, Measures.BrokerRatio, atLeast: true);
}

// Four workers against one, with an agent that takes its time.
async Task ScaleAsync(string address)
{
    var csv = SampleRows.WriteCsv(folder, Measures.ScaleRows);
    var ratios = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var one = await RateOfWorkersAsync(address, csv, $"scale-one-{round}", 1);
        var many = await RateOfWorkersAsync(address, csv, $"scale-many-{round}", Measures.ScaleWorkers);
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"scale {round + 1}: one worker {one:F0} rows/s, {Measures.ScaleWorkers} workers {many:F0} rows/s"));
        ratios.Add(many / one);
    }

    Report.Line($"throughput of {Measures.ScaleWorkers} workers ÷ one", ratios, Measures.ScaleRatio, atLeast: true);
}

async Task<double> RateOfWorkersAsync(string address, string csv, string name, int workers)
{
    var commands = Enumerable.Repeat($"worker --concurrency {Measures.ScaleConcurrency}", workers).Prepend("orchestrator");
    await using var fleet = await BrokerFleet.StartAsync(Path.Combine(folder, name), address, SlowAgent(), [.. commands]);
    await WarmUpAsync(fleet);
    return (await fleet.RunAsync(csv, Measures.ScaleConcurrency * Measures.ScaleWorkers, "steady")).RowsPerSecond;
}

// How much of a limit that four workers share is used: items × latency ÷ (limit × wall).
async Task LimitAsync(string address)
{
    var csv = SampleRows.WriteCsv(folder, Measures.LimitRows);
    var ideal = Measures.LimitRows * Measures.ScaleLatency / Measures.Limit;
    var ratios = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var commands = Enumerable.Repeat($"worker --concurrency {Measures.ScaleConcurrency}", Measures.ScaleWorkers);
        await using var fleet = await BrokerFleet.StartAsync(
            Path.Combine(folder, $"limit-{round}"), address, SlowAgent(), [.. commands.Prepend("orchestrator")]);
        await WarmUpAsync(fleet);
        var run = await fleet.RunAsync(csv, Measures.Limit, "steady");
        Report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"limit {round + 1}: {run.Wall.TotalSeconds:F2} s, ideal {ideal.TotalSeconds:F2} s"));
        ratios.Add(ideal / run.Wall);
    }

    Report.Line($"use of a limit of {Measures.Limit} by {Measures.ScaleWorkers} workers", ratios, Measures.LimitRatio, atLeast: true);
}

// The processes of a fleet live for days: what their first items cost, just-in-time compilation above all, is no part of
// how they scale.
Task WarmUpAsync(BrokerFleet fleet) => fleet.RunAsync(
    SampleRows.WriteCsv(folder, Measures.WarmUpRows), Measures.ScaleConcurrency * Measures.ScaleWorkers, "steady");

static Dictionary<string, string> NoSettings() => [];

static Dictionary<string, string> SlowAgent() => new()
{
    ["FLEET__AGENTS__STEADY__TYPE"] = "simulated",
    ["FLEET__AGENTS__STEADY__SIMULATED__LATENCY"] = Measures.ScaleLatency.ToString(),
};
