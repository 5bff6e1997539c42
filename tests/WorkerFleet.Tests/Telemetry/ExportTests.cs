using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Telemetry;
using WorkerFleet.Telemetry.CloudWatch;
using WorkerFleet.Tests.Cli.Health;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Tests.Telemetry.Formats;
using WorkerFleet.Workers;
using EmbeddedMetrics = WorkerFleet.Tests.Telemetry.Formats.EmbeddedMetrics;

namespace WorkerFleet.Tests.Telemetry;

/// <summary>Any instrument of the fleet's meters, through the packages that aggregate it.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Meter _meter = new($"WorkerFleet.Tests.{Guid.CreateVersion7():N}");
    private readonly StringWriter _log = new();
    private readonly ManualTime _time = new();
    private readonly BatchEnds _ends;

    public ExportTests() => _ends = new(_time);

    public void Dispose()
    {
        _meter.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Scrape_EveryKindOfInstrument_IsWellFormedAndNamedByUnit()
    {
        var counter = _meter.CreateCounter<long>("fleet.test.calls", "{call}", "Calls that \"ended\",\nby agent \\ outcome");
        var histogram = _meter.CreateHistogram<double>("fleet.test.wait", "s", "How long");
        var advised = _meter.CreateHistogram(
            "fleet.test.size", "By", "How large", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [10, 100] });
        var upDown = _meter.CreateUpDownCounter<int>("fleet.test.in_flight", "{item}", "In flight");
        _meter.CreateObservableGauge("fleet.test.rate", () => 2.5, "{call}/s", "Rate");
        _meter.CreateObservableCounter("fleet.test.cpu_time", () => 7.5, "s", "CPU");
        _meter.CreateObservableUpDownCounter("fleet.test.waiting", () => 4L, "{item}", "Waiting");
        _meter.CreateObservableGauge("fleet.test.pressure", () => 0.5, "1", "Share");
        await using var process = new ProbedProcess(new StubbornStore(), _time, Add);
        await process.StartAsync();
        counter.Add(3, new("agent", "a\"b\\c\nd"), new("outcome", "succeeded"));
        histogram.Record(0.3);
        histogram.Record(40);
        advised.Record(50);
        upDown.Add(5);
        upDown.Add(-2);

        var (type, first) = await ScrapeAsync(process);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", type);
        Assert.Equal(3, first.Value("fleet_test_calls_total", ("agent", "a\"b\\c\nd"), ("outcome", "succeeded")));
        Assert.Equal("Calls that \"ended\",\\nby agent \\\\ outcome", first.Helps["fleet_test_calls_total"]);
        Assert.Equal((2, 40.3), (first.Value("fleet_test_wait_seconds_count"), first.Value("fleet_test_wait_seconds_sum")));
        Assert.Equal(1, first.Value("fleet_test_wait_seconds_bucket", ("le", "0.5")));
        Assert.Equal(2, first.Value("fleet_test_wait_seconds_bucket", ("le", "60")));
        Assert.Equal(["10", "100", "+Inf"], first.Samples
            .Where(sample => sample.Name == "fleet_test_size_bytes_bucket").Select(sample => sample.Labels["le"]));
        Assert.Equal((3, 4), (first.Value("fleet_test_in_flight"), first.Value("fleet_test_waiting")));
        Assert.Equal((2.5, 0.5), (first.Value("fleet_test_rate_per_second"), first.Value("fleet_test_pressure")));
        Assert.Equal(7.5, first.Value("fleet_test_cpu_time_seconds_total"));
        Assert.Equal("gauge", first.Types["fleet_test_in_flight"]);
        Assert.Equal("workerfleet", first.Samples.Single(sample => sample.Name == "target_info").Labels["service_name"]);
        Assert.Contains("dotnet_gc_collections_total", first.Types.Keys);
        Assert.Equal(HttpStatusCode.OK, await process.CodeOfAsync("live"));

        void Add(IServiceCollection services)
        {
            services.AddLogging();
            services.AddTelemetryExport(new TelemetryOptions(), new("worker", ServesMetrics: true, Log: null));
        }
    }

    [Fact]
    public async Task Scrape_MoreSeriesThanAMetricMayHave_CountsTheRestInOne()
    {
        var counter = _meter.CreateCounter<long>("fleet.test.many", "{call}", "Many");
        await using var process = new ProbedProcess(new StubbornStore(), _time, services =>
        {
            services.AddLogging();
            services.AddTelemetryExport(new TelemetryOptions(), new("worker", ServesMetrics: true, Log: null));
        });
        await process.StartAsync();
        for (var agent = 0; agent < 10_000; agent++)
            counter.Add(1, new KeyValuePair<string, object?>("agent", agent));

        var series = (await ScrapeAsync(process)).Text.Samples.Where(sample => sample.Name == "fleet_test_many_total").ToList();

        Assert.InRange(series.Count, 1_000, 2_001);
        Assert.Equal(10_000, series.Sum(sample => sample.Value));
        Assert.Single(series, sample => sample.Labels.ContainsKey("otel_metric_overflow"));
    }

    [Fact]
    public async Task Scrape_SwitchedOff_IsNotThere()
    {
        var services = new ServiceCollection();

        Assert.False(services.AddTelemetryExport(
            new TelemetryOptions { ServeMetrics = false }, new("worker", ServesMetrics: true, Log: null)));

        Assert.Empty(services);
        await using var process = new ProbedProcess(new StubbornStore(), _time);
        await process.StartAsync();
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(process.Address, "/metrics"))).StatusCode);
    }

    [Fact]
    public void CloudWatch_BatchesEnd_WritesEachAndWhatWasCountedSince()
    {
        var counter = _meter.CreateCounter<long>("fleet.test.calls", "{call}");
        var upDown = _meter.CreateUpDownCounter<long>("fleet.test.in_flight", "{item}");
        var histogram = _meter.CreateHistogram<double>("fleet.test.wait", "s");
        var batch = TestBatch.Csv(10).State;
        using (Start())
        {
            counter.Add(5, new KeyValuePair<string, object?>("agent", "a"));
            upDown.Add(3);
            histogram.Record(0.3);
            histogram.Record(0.4);
            histogram.Record(70);
            Tell(batch, BatchStatus.Completed, new ItemCounts(0, 10, 0, 0, 0));
            counter.Add(2, new KeyValuePair<string, object?>("agent", "a"));
            upDown.Add(-1);
            Tell(batch, BatchStatus.CompletedWithFailures, new ItemCounts(0, 7, 2, 1, 0));
        }

        var lines = _log.ToString().TrimEnd('\n').Split('\n').Select(EmbeddedMetrics.Parse).ToList();
        var ends = lines.Where(line => line.Metrics.ContainsKey("fleet.batch.summary.rows")).ToList();
        Assert.Equal(["completed", "completed_with_failures"], ends.Select(line => line.Text("status")));
        Assert.Equal((10, 7, 2, 1), (ends[0].Number("fleet.batch.summary.rows"), ends[1].Number("fleet.batch.summary.succeeded"),
            ends[1].Number("fleet.batch.summary.failed"), ends[1].Number("fleet.batch.summary.rejected")));
        Assert.All(ends, line => Assert.Equal(["service", "service,status"], line.DimensionSets.Select(set => string.Join(',', set))));
        Assert.All(ends, line => Assert.Equal(
            (batch.CorrelationId.ToString(), batch.Spec.Name), (line.Text("batch_id"), line.Text("batch"))));
        var ofService = lines.Except(ends).Where(line => line.DimensionSets.Single().SequenceEqual(["service"])).ToList();
        Assert.Equal([5, 2], ofService.Where(line => line.Metrics.ContainsKey("fleet.test.calls"))
            .Select(line => line.Number("fleet.test.calls")));
        Assert.Equal([3, 2], ofService.Where(line => line.Metrics.ContainsKey("fleet.test.in_flight"))
            .Select(line => line.Number("fleet.test.in_flight")).Distinct());
        var wait = Assert.Single(ofService, line => line.Metrics.ContainsKey("fleet.test.wait")).Root.GetProperty("fleet.test.wait");
        Assert.Equal((3, 0.3, 70, 70.7), (wait.GetProperty("Count").GetDouble(), wait.GetProperty("Min").GetDouble(),
            wait.GetProperty("Max").GetDouble(), wait.GetProperty("Sum").GetDouble()));
        Assert.DoesNotContain("dotnet.", _log.ToString(), StringComparison.Ordinal);
    }

    private TelemetryExport Start() => TelemetryExport.Start(
        new TelemetryOptions { CloudWatch = new CloudWatchOptions { Namespace = "Test" } },
        new("orchestrator", ServesMetrics: false, _log), new WorkerIdentity(), _ends, TimeProvider.System, new LoggerFactory());

    [Fact]
    public void CloudWatch_BatchWhoseAnswersWereCompared_WritesItsAccuracy()
    {
        using (Start())
        {
            Tell(null);
            Tell(new(5, 0, 0, 0, 5, null, []));
            Tell(new(5, 3, 1, 0, 1, 0.75, []));
        }

        var ends = _log.ToString().TrimEnd('\n').Split('\n').Select(EmbeddedMetrics.Parse)
            .Where(line => line.Metrics.ContainsKey("fleet.batch.summary.rows")).ToList();
        Assert.Equal(3, ends.Count);
        Assert.All(ends[..2], line => Assert.DoesNotContain("fleet.batch.summary.accuracy", line.Metrics.Keys));
        Assert.Equal((75, 3, 1), (ends[2].Number("fleet.batch.summary.accuracy"),
            ends[2].Number("fleet.batch.summary.correct"), ends[2].Number("fleet.batch.summary.wrong")));

        void Tell(AccuracySummary? accuracy)
        {
            var batch = TestBatch.Csv(5).State;
            _ends.Tell(batch, BatchStatus.Completed, default, new BatchSummary
            {
                BatchId = batch.CorrelationId, Name = "rows", Status = BatchStatus.Completed, Complete = true, Rows = 5,
                Counts = default, SubmittedAt = batch.SubmittedAt, Accuracy = accuracy,
            });
        }
    }

    private void Tell(BatchState batch, string status, ItemCounts counts) => _ends.Tell(batch, status, counts, exported: null);

    private static async Task<(string? Type, PrometheusText Text)> ScrapeAsync(ProbedProcess process)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(process.Address, "/metrics"));
        return (response.Content.Headers.ContentType?.ToString(), PrometheusText.Parse(await response.Content.ReadAsStringAsync()));
    }
}
