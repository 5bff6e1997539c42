using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Hosting;

namespace WorkerFleet.Tests.Cli;

public sealed partial class JsonLogTests : IDisposable
{
    private static readonly Guid Batch = Guid.Parse("01931f80-0000-7000-8000-000000000001");

    private readonly StringWriter _written = new();
    private readonly JsonLog _log;
    private readonly SerilogLoggerFactory _loggers;

    public JsonLogTests()
    {
        _log = new JsonLog(_written, TimeProvider.System);
        _loggers = new SerilogLoggerFactory(
            new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(_log).CreateLogger(), dispose: true);
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _written.Dispose();
    }

    [Fact]
    public void Event_WithPropertiesAndAnException_IsOneLineWithAField()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        LogFailed(_loggers.CreateLogger("Some.Category"), new InvalidOperationException("broken\nin two"), Batch, 42, "b-1", 0.5);

        var line = Single();

        Assert.Equal("warning", line.GetProperty("level").GetString());
        Assert.Equal("Item 42 of batch 01931f80-0000-7000-8000-000000000001 failed in \"b-1\" after 0.5 s",
            line.GetProperty("message").GetString());
        Assert.Equal("Item {Index} of batch {BatchId} failed in {Session} after {Seconds} s", line.GetProperty("template").GetString());
        Assert.Equal((1879, "Failed"), (line.GetProperty("event_id").GetInt32(), line.GetProperty("event").GetString()![3..]));
        Assert.Equal("Some.Category", line.GetProperty("category").GetString());
        Assert.Equal((Batch.ToString(), 42, "b-1", 0.5), (
            line.GetProperty("BatchId").GetString(), line.GetProperty("Index").GetInt64(), line.GetProperty("Session").GetString(),
            line.GetProperty("Seconds").GetDouble()));
        Assert.Equal((activity.TraceId.ToHexString(), activity.SpanId.ToHexString()),
            (line.GetProperty("trace_id").GetString(), line.GetProperty("span_id").GetString()));
        Assert.Contains("broken\nin two", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal(DateTimeKind.Utc, line.GetProperty("timestamp").GetDateTime().Kind);
    }

    [Fact]
    public void Event_OfAnySize_StaysWithinWhatCollectorsTake()
    {
        LogText(_loggers.CreateLogger("Some.Category"), new string('x', 100_000));

        Single();

        Assert.InRange(_written.ToString().Length, 1, 16_000);
    }

    [Fact]
    public void Note_IsALineOfTheLog()
    {
        _log.Write("information", "The worker is \"ready\"");

        Assert.Equal("The worker is \"ready\"", Single().GetProperty("message").GetString());
    }

    [Fact]
    public async Task Command_LogsAreJson_SaysProblemsAsJson()
    {
        using var cli = new CliProcess();
        cli.Environment["FLEET__LOGGING__FORMAT"] = "json";
        cli.Write("rows.csv", "n\n1\n");
        Assert.Equal(0, await cli.RunAsync("run", "rows.csv", "--agent", "echo", "--prompt", "{{n}}"));

        Assert.All(cli.Error.TrimEnd('\n').Split('\n'), line => JsonDocument.Parse(line).Dispose());
        Assert.NotEmpty(cli.Error);
    }

    [Fact]
    public async Task Command_BadFormat_NamesTheKey()
    {
        using var cli = new CliProcess();
        cli.Environment["FLEET__LOGGING__FORMAT"] = "xml";
        cli.Environment["FLEET__LOGGING__FORMATS"] = "json";
        cli.Write("rows.csv", "n\n1\n");

        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync("run", "rows.csv", "--agent", "echo", "--prompt", "{{n}}"));

        Assert.Equal(2, cli.Problems.Count);
        Assert.Contains("Fleet:Logging:Format: 'xml' is not one of text, json", cli.Problems);
    }

    private JsonElement Single()
    {
        var line = Assert.Single(_written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    [LoggerMessage(1879, LogLevel.Warning, "Item {Index} of batch {BatchId} failed in {Session} after {Seconds} s")]
    private static partial void LogFailed(
        Microsoft.Extensions.Logging.ILogger logger, Exception exception, Guid batchId, long index, string session, double seconds);

    [LoggerMessage(1878, LogLevel.Information, "It says {Text}")]
    private static partial void LogText(Microsoft.Extensions.Logging.ILogger logger, string text);
}
