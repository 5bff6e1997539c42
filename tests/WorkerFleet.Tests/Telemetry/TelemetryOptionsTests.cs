using Microsoft.Extensions.Configuration;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Tests.Telemetry;

public sealed class TelemetryOptionsTests
{
    private readonly Dictionary<string, string> _environment = [];
    private readonly Dictionary<string, string?> _configuration = [];
    private readonly List<string> _problems = [];

    [Fact]
    public void Read_NothingSet_ExportsNowhere()
    {
        var options = Read();

        Assert.Null(options.Otlp);
        Assert.Null(options.CloudWatch);
        Assert.False(options.MassTransit);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", false, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", false, false, true)]
    public void Read_Endpoint_SendsWhatItIsFor(string variable, bool traces, bool metrics, bool logs)
    {
        _environment[variable] = "http://user:secret@collector:4317/x?y";

        var otlp = Read().Otlp!;

        Assert.Equal((traces, metrics, logs), (otlp.Traces, otlp.Metrics, otlp.Logs));
        Assert.Equal("http://collector:4317", otlp.Display);
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER", "none")]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    public void Read_SwitchedOff_SendsNothing(string variable, string value)
    {
        _environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://collector:4317";
        _environment[variable] = value;

        Assert.Null(Read().Otlp);
    }

    [Fact]
    public void Read_ConfiguredEndpoint_StandsForTheVariableUnlessThatIsSet()
    {
        _configuration["Fleet:Telemetry:Otlp:Endpoint"] = "http://configured:4318";
        Assert.Equal("http://configured:4318", Read().Otlp!.Variables["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("http/protobuf", Read().Otlp!.Variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);

        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://variable:4317";
        Assert.Equal("http://variable:4317", Read().Otlp!.Variables["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_PROTOCOL", Read().Otlp!.Variables);
    }

    [Fact]
    public void Read_CloudWatch_TakesTagsAsDimensions()
    {
        _configuration["Fleet:Telemetry:CloudWatch:Namespace"] = "Fleet/Production";
        _configuration["Fleet:Telemetry:CloudWatch:Interval"] = "00:00:10";
        _configuration["Fleet:Telemetry:CloudWatch:Dimensions"] = "agent, outcome";

        var cloudWatch = Read().CloudWatch!;

        Assert.Equal("Fleet/Production", cloudWatch.Namespace);
        Assert.Equal(TimeSpan.FromSeconds(10), cloudWatch.Interval);
        Assert.Equal(["agent", "outcome"], cloudWatch.Dimensions);
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData("00:00:00", 0)]
    [InlineData("00:05:00", 300)]
    public void Read_FlushWithin_IsHowLongTheEndWaits(string? text, int seconds)
    {
        _configuration["Fleet:Telemetry:FlushWithin"] = text;

        Assert.Equal(TimeSpan.FromSeconds(seconds), Read().FlushWithin);
    }

    [Fact]
    public void Read_AllWrong_TellsEachByItsKey()
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector";
        _environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "thrift";
        foreach (var key in (string[])["Else", "Otlp:Headers", "Traces:RowRatio", "Traces:FirstRows", "ServeMetrics", "MassTransit",
            "CloudWatch:Namespace", "CloudWatch:Interval", "CloudWatch:Dimensions", "FlushWithin"])
            _configuration[$"Fleet:Telemetry:{key}"] = "AWS/1.5, role";

        TelemetryOptionsReader.Read(
            new ConfigurationBuilder().AddInMemoryCollection(_configuration).Build(), _environment, _problems);

        Assert.Equal(
            [
                "Fleet:Telemetry:CloudWatch:Dimensions", "Fleet:Telemetry:CloudWatch:Interval",
                "Fleet:Telemetry:CloudWatch:Namespace", "Fleet:Telemetry:Else", "Fleet:Telemetry:FlushWithin",
                "Fleet:Telemetry:MassTransit",
                "Fleet:Telemetry:Otlp:Headers", "Fleet:Telemetry:ServeMetrics", "Fleet:Telemetry:Traces:FirstRows",
                "Fleet:Telemetry:Traces:RowRatio", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL",
            ],
            _problems.Select(problem => problem[..problem.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    private TelemetryOptions Read()
    {
        var options = TelemetryOptionsReader.Read(
            new ConfigurationBuilder().AddInMemoryCollection(_configuration).Build(), _environment, _problems);
        Assert.Empty(_problems);
        return options;
    }
}
