using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>
/// Says what the process had of SQS when it ends: requests and messages by operation, from its metrics. For whoever has
/// no collector of metrics.
/// </summary>
internal sealed partial class SqsUsageReport : IHostedService, IDisposable
{
    private const string Receive = "ReceiveMessage";

    private readonly SqsUsage _usage = new();
    private readonly MeterListener _listener = new();
    private readonly ILogger<SqsUsageReport> _logger;

    public SqsUsageReport(ILogger<SqsUsageReport> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SqsMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        var total = _usage.Total;
        if (total.Requests == 0)
            return Task.CompletedTask;
        LogUsage(total.Requests, total.EmptyReceives, total.Throttled, total.Errors);
        LogOperations(string.Join(", ", _usage.Snapshot().Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"{entry.Key} {entry.Value.Requests}{Describe(entry.Value.Messages)}"))));
        return Task.CompletedTask;
    }

    public void Dispose() => _listener.Dispose();

    private static string Describe(long messages) =>
        messages > 0 ? string.Create(CultureInfo.InvariantCulture, $" for {messages} messages") : "";

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (operation, outcome) = (Receive, (string?)null);
        foreach (var (name, tag) in tags)
            if (name == SqsMetrics.Operation)
                operation = (string)tag!;
            else if (name == SqsMetrics.Outcome)
                outcome = (string)tag!;
        if (instrument.Name == SqsMetrics.RequestsName)
            _usage.AddRequest(operation, SqsMetrics.OutcomeOf(outcome));
        else if (instrument.Name == SqsMetrics.MessagesName)
            _usage.Add(operation, new(0, 0, 0, value, 0));
        else if (instrument.Name == SqsMetrics.EmptyReceivesName)
            _usage.Add(operation, new(0, 0, 0, 0, value));
    }

    [LoggerMessage(2601, LogLevel.Information,
        "Amazon SQS: {Requests} requests, {EmptyReceives} empty receives, {Throttled} throttled, {Errors} failed")]
    private partial void LogUsage(long requests, long emptyReceives, long throttled, long errors);

    [LoggerMessage(2602, LogLevel.Information, "Amazon SQS by operation: {Operations:l}")]
    private partial void LogOperations(string operations);
}
