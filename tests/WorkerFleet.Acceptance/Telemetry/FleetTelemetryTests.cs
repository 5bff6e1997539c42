using System.Globalization;
using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Tests.Telemetry.Formats;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Telemetry;

/// <summary>What the processes of a fleet on a real broker tell of themselves, in each of the ways there are.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class FleetTelemetryTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 400;
    private const string Namespace = "Fleet/Acceptance";
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private OtlpReceiver _collector = null!;
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _collector = await OtlpReceiver.StartAsync();
        _agent = await RecordingAgent.StartAsync();
        _agent.Accepts = input => !input.Contains("\"7\"", StringComparison.Ordinal);
        _fleet.Workspace.WithAgents(new { recorded = new { Type = "http", _agent.Url } })
            .Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        Set("OTEL_EXPORTER_OTLP_ENDPOINT", _collector.GrpcUrl);
        Set("OTEL_METRIC_EXPORT_INTERVAL", "500");
        Set("OTEL_BSP_SCHEDULE_DELAY", "200");
        Set("CLOUDWATCH_NAMESPACE", Namespace);
        Set("FLEET__TELEMETRY__CLOUDWATCH__INTERVAL", "00:00:05");
        Set("FLEET__LOGGING__FORMAT", "json");
        Set("FLEET__TELEMETRY__FLUSHWITHIN", "00:01:00");
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Fact]
    public async Task Fleet_ABatch_ArrivesAtTheCollectorTheScrapeAndTheLog()
    {
        await _fleet.BeginOrchestratorAsync();
        var port = LoopbackPorts.Free();
        Set("FLEET__HEALTH__PORT", port.ToString(CultureInfo.InvariantCulture));
        await _fleet.BeginWorkerAsync("--concurrency", "20");
        foreach (var member in _fleet.Members)
            await member.WaitUntilReadyAsync();
        _fleet.Workspace.Environment.Remove("FLEET__HEALTH__PORT");
        Set("TRACEPARENT", $"00-{Trace}-{Caller}-01");

        var batch = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "recorded", "--prompt", "{{n}}", "--output", "results");
        await _fleet.WaitForEndAsync(batch);

        using var client = new HttpClient();
        var scraped = PrometheusText.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")));
        Assert.Equal(Rows - 1, scraped.Value("fleet_agent_calls_total", ("agent", "recorded"), ("outcome", "succeeded")));
        Assert.Contains("dotnet_process_memory_working_set_bytes", scraped.Types.Keys);
        await Wait.UntilAsync(() => _collector.Sum("fleet.agent.calls") == Rows, "the counts to arrive");
        foreach (var member in _fleet.Members)
            await member.StopAsync();

        Assert.Empty(_collector.Problems);
        Assert.Equal(Rows - 1, _collector.Sum("fleet.agent.calls", ("agent", "recorded"), ("outcome", "succeeded")));
        Assert.Equal((Rows - 1, 1), (_collector.Sum("fleet.items.settled", ("outcome", "succeeded")),
            _collector.Sum("fleet.items.settled", ("outcome", "failed"))));
        Assert.Equal(
            ["orchestrator", "worker"],
            _collector.Points.Select(point => point.Resource["workerfleet.role"]).Distinct().Where(role => role != "submit").Order());
        CheckTrace();
        CheckEmbeddedMetrics(batch);
        CheckLogs();
    }

    [Fact]
    public async Task Up_CollectorIsGone_CompletesBatchesAndSaysSoOnce()
    {
        Set("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{LoopbackPorts.Free().ToString(CultureInfo.InvariantCulture)}");
        _fleet.Workspace.Environment.Remove("FLEET__LOGGING__FORMAT");
        var up = await _fleet.Workspace.StartAsync("up");
        await up.WaitForErrorAsync(" is ready: ");

        var batch = await _fleet.SubmitAsync("rows.csv", "--agent", "recorded", "--prompt", "{{n}}");
        var end = await _fleet.WaitForEndAsync(batch);
        await up.SignalAsync("TERM");
        var exit = (await up.WaitAsync()).ShouldBe(0);

        Assert.Equal((Rows - 1, 1), (end.Counts.Succeeded, end.Counts.Failed));
        Assert.Single(exit.Error.Split('\n'), line => line.StartsWith("warning: Telemetry does not arrive", StringComparison.Ordinal));
        var summary = exit.Output.TrimEnd('\n').Split('\n').Select(EmbeddedMetrics.Parse)
            .Single(line => line.Metrics.ContainsKey("fleet.batch.summary.rows"));
        Assert.Equal((Rows - 1, 1), (summary.Number("fleet.batch.summary.succeeded"), summary.Number("fleet.batch.summary.failed")));
    }

    /// <summary>From the command that submitted the batch to the calls of the agent, in three processes.</summary>
    private void CheckTrace()
    {
        var spans = _collector.Spans.Where(span => span.Source == "WorkerFleet").ToDictionary(span => span.SpanId);
        Assert.All(spans.Values, span => Assert.Equal(Trace, span.TraceId));
        string[] chain = ["invoke_agent", "attempt item", "process item", "submit batch"];
        string[] roles = ["worker", "worker", "worker", "submit"];
        var calls = spans.Values.Where(span => span.Name == chain[0]).ToList();
        Assert.All(calls, call =>
        {
            var (span, depth) = (call, 0);
            for (; depth < chain.Length - 1; depth++)
            {
                Assert.Equal((chain[depth], roles[depth]), (span.Name, span.Resource["workerfleet.role"]));
                span = spans[span.ParentId];
            }

            Assert.Equal((chain[depth], roles[depth], Caller), (span.Name, span.Resource["workerfleet.role"], span.ParentId));
        });
        foreach (var name in (string[])["dispatch slice", "aggregate batch"])
            Assert.All(spans.Values.Where(span => span.Name == name).DefaultIfEmpty(), span => Assert.Equal(
                "orchestrator", span?.Resource["workerfleet.role"]));
        // The first 100 rows, and one in a hundred of the others.
        var rows = calls.Select(call => int.Parse(call.Attributes["workerfleet.row"], CultureInfo.InvariantCulture)).ToHashSet();
        Assert.Empty(Enumerable.Range(0, 100).Except(rows));
        Assert.InRange(rows.Count, 100, 100 + (Rows - 100) / 10);
        Assert.Equal("7", Assert.Single(calls, call => call.IsError).Attributes["workerfleet.row"]);
    }

    private void CheckEmbeddedMetrics(Guid batch)
    {
        var ofOrchestrator = LinesOf(_fleet.Orchestrators[0]);
        var ofWorker = LinesOf(_fleet.Workers[0]);
        Assert.All(ofOrchestrator.Concat(ofWorker), line => Assert.Equal(Namespace, line.Namespace));
        var summary = Assert.Single(ofOrchestrator, line => line.Metrics.ContainsKey("fleet.batch.summary.rows"));
        Assert.Equal((batch.ToString(), "rows.csv", "completed_with_failures"),
            (summary.Text("batch_id"), summary.Text("batch"), summary.Text("status")));
        Assert.Equal((Rows, Rows - 1, 1, Rows), (
            summary.Number("fleet.batch.summary.rows"), summary.Number("fleet.batch.summary.succeeded"),
            summary.Number("fleet.batch.summary.failed"), summary.Number("fleet.batch.summary.attempts")));
        Assert.True(summary.Number("fleet.batch.summary.latency_p95") >= summary.Number("fleet.batch.summary.latency_p50"));
        // Deltas: what all lines say adds up to what was done, once for the service and once for the agent.
        var calls = ofWorker.Where(line => line.Metrics.ContainsKey("fleet.agent.calls")).ToLookup(
            line => string.Join(',', line.DimensionSets.Single()), line => line.Number("fleet.agent.calls"));
        Assert.Equal(["service", "service,agent"], calls.Select(set => set.Key).Order());
        Assert.All(calls, set => Assert.Equal(Rows, set.Sum()));
    }

    /// <summary>Every line that they said is JSON.</summary>
    private void CheckLogs()
    {
        foreach (var member in _fleet.Members)
        {
            var lines = member.Process.Error.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line)).ToList();
            Assert.Contains(lines, line => line.RootElement.GetProperty("message").GetString()!.Contains(" is ready: ", StringComparison.Ordinal));
            Assert.All(lines, line => Assert.True(line.RootElement.TryGetProperty("timestamp", out _)));
            Assert.All(lines, line => Assert.True(line.RootElement.TryGetProperty("level", out _)));
        }
    }

    private static List<EmbeddedMetrics> LinesOf(FleetMember member) =>
        [.. member.Process.Output.TrimEnd('\n').Split('\n').Select(EmbeddedMetrics.Parse)];

    private void Set(string name, string value) => _fleet.Workspace.Environment[name] = value;
}
