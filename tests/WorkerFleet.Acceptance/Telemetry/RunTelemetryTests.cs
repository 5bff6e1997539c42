using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Telemetry;

/// <summary>What a batch in one process sends to a collector, and what it does without one.</summary>
public sealed class RunTelemetryTests : IAsyncLifetime
{
    private const int Rows = 300;
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";

    /// <summary>More than the flush at the end of a process may take, with what a busy machine adds to it.</summary>
    private static readonly TimeSpan FlushGrace = TimeSpan.FromSeconds(20);

    private readonly Workspace _fleet = Workspace.Create();
    private RecordingAgent _agent = null!;
    private OtlpReceiver _collector = null!;

    public async Task InitializeAsync()
    {
        _collector = await OtlpReceiver.StartAsync();
        _agent = await RecordingAgent.StartAsync();
        // What a run has to tell it tells at its end, to a collector in this process, which may be busy.
        _fleet.Environment["FLEET__TELEMETRY__FLUSHWITHIN"] = "00:01:00";
        _fleet.WithAgents(new { recorded = new { Type = "http", _agent.Url } })
            .Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Run_CollectorListens_ReceivesTheTraceAndTheCountsOfTheBatch(string protocol)
    {
        _collector.Key = "secret";
        _fleet.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? _collector.GrpcUrl : _collector.HttpUrl;
        _fleet.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        _fleet.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=secret";
        _fleet.Environment["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=test";
        _fleet.Environment["TRACEPARENT"] = $"00-{Trace}-{Parent}-01";
        _agent.Accepts = input => !input.Contains("\"7\"", StringComparison.Ordinal);

        (await RunAsync()).ShouldBe(1);

        Assert.Empty(_collector.Problems);
        Assert.Equal(Rows - 1, _collector.Sum("fleet.agent.calls", ("agent", "recorded"), ("outcome", "succeeded")));
        Assert.Equal(Rows, _collector.Sum("fleet.agent.calls"));
        Assert.All(_collector.Points.Where(point => point.Name == "fleet.agent.calls"), point => Assert.Equal(
            ("WorkerFleet.Agents", "{call}", true), (point.Meter, point.Unit, point.IsMonotonic)));
        Assert.Contains(_collector.Points, point => point.Meter == "System.Runtime");
        var calls = _collector.Spans.Where(span => span.Name == "invoke_agent").ToList();
        Assert.NotEmpty(calls);
        Assert.All(_collector.Spans.Where(span => span.Source.StartsWith("WorkerFleet", StringComparison.Ordinal)),
            span => Assert.Equal(Trace, span.TraceId));
        Assert.Equal(calls.Count, calls.Select(call => call.SpanId).Distinct().Count());
        Assert.Equal("recorded", calls[0].Attributes["gen_ai.agent.name"]);
        Assert.Contains(calls, call => call.IsError);
        var resource = calls[0].Resource;
        Assert.Equal(("workerfleet", "run", "test"),
            (resource["service.name"], resource["workerfleet.role"], resource["deployment.environment"]));
        Assert.Equal(Environment.MachineName, resource["host.name"]);
        Assert.StartsWith($"{Environment.MachineName}/", resource["service.instance.id"], StringComparison.Ordinal);
        Assert.NotEmpty(resource["service.version"]);
    }

    [Fact]
    public async Task Run_TraceOfTheCallerIsNotRecorded_SendsNoSpan()
    {
        _fleet.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl;
        _fleet.Environment["TRACEPARENT"] = $"00-{Trace}-{Parent}-00";

        (await RunAsync()).ShouldBe(0);

        Assert.Equal(Rows, _collector.Sum("fleet.agent.calls"));
        Assert.Empty(_collector.Spans);
    }

    [Theory]
    [InlineData("http/protobuf", false)]
    [InlineData("grpc", false)]
    [InlineData("http/protobuf", true)]
    [InlineData("grpc", true)]
    public async Task Run_CollectorIsGoneOrSilent_CompletesAndSaysSoOnceAtMost(string protocol, bool silent)
    {
        using var server = new SilentServer();
        _fleet.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = silent
            ? server.Url
            : string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPorts.Free()}");
        _fleet.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        _fleet.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        if (silent)
            _fleet.Environment.Remove("FLEET__TELEMETRY__FLUSHWITHIN");
        var process = await _fleet.StartAsync(Arguments);
        await Wait.UntilAsync(
            () => process.HasExited || process.Output.Contains("completed", StringComparison.Ordinal), "the batch to complete");
        var completed = Stopwatch.GetTimestamp();

        var exit = (await process.WaitAsync()).ShouldBe(0);

        Assert.InRange(Stopwatch.GetElapsedTime(completed), TimeSpan.Zero, FlushGrace);
        new Export(_fleet["results"]).ShouldBeComplete(Rows);
        var warnings = exit.Error.Split('\n').Count(line => line.StartsWith("warning: Telemetry does not arrive", StringComparison.Ordinal));
        // The process does not wait as long as it takes to find out that somebody is silent.
        Assert.InRange(warnings, silent ? 0 : 1, 1);
        Assert.DoesNotContain("   at ", exit.Error, StringComparison.Ordinal);
    }

    /// <summary>What telemetry needs takes a noticeable part of the time that a small batch takes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_NoCollectorIsNamed_LoadsNothingOfTheExporters(bool named)
    {
        if (!OperatingSystem.IsLinux())
            return;
        if (named)
            _fleet.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl;
        _agent.Hold();
        var process = await _fleet.StartAsync(Arguments);
        await Wait.UntilAsync(() => process.HasExited || _agent.InFlight > 0, "calls of the agent");

        var maps = await File.ReadAllTextAsync($"/proc/{process.Id}/maps");

        Assert.Contains("WorkerFleet.Sqlite.dll", maps, StringComparison.Ordinal);
        Assert.Equal(named, maps.Contains("OpenTelemetry", StringComparison.Ordinal));
        _agent.Release();
        (await process.WaitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Run_BadConfiguration_TellsAllOfItAndDispatchesNothing()
    {
        _fleet.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector";
        _fleet.Environment["CLOUDWATCH_NAMESPACE"] = "AWS/Mine";
        _fleet.Environment["FLEET__TELEMETRY__TRACES__ROWRATIO"] = "2";

        var exit = (await RunAsync()).ShouldBe(2);

        Assert.Equal(
            ["OTEL_EXPORTER_OTLP_ENDPOINT", "Fleet:Telemetry:Traces:RowRatio", "Fleet:Telemetry:CloudWatch:Namespace"],
            exit.Error.TrimEnd('\n').Split('\n').Select(line => line.Split(": ")[1]));
        Assert.Equal(0, _agent.Calls.Begun);
    }

    private static readonly string[] Arguments =
        ["run", "rows.csv", "--agent", "recorded", "--prompt", "{{n}}", "--output", "results", "--concurrency", "20"];

    private Task<FleetExit> RunAsync() => _fleet.RunAsync(Arguments);
}
