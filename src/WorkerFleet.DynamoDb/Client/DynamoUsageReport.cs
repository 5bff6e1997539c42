using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>
/// Says what the process had of DynamoDB when it ends: requests and units by operation and table, from its metrics. For whoever has
/// no collector of metrics, and to see what a role needs.
/// </summary>
internal sealed partial class DynamoUsageReport : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Table, string Operation), Usage> _usage = [];
    private readonly SortedDictionary<string, double> _repeats = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly ILogger<DynamoUsageReport> _logger;

    public DynamoUsageReport(ILogger<DynamoUsageReport> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == DynamoMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_usage.Count == 0)
                return Task.CompletedTask;
            var sum = _usage.Values.Aggregate(default(Usage), (sum, usage) => sum + usage);
            LogUsage(sum.Requests, sum.WriteUnits, sum.ReadUnits);
            foreach (var table in _usage.GroupBy(entry => entry.Key.Table))
                LogOperations(table.Key, string.Join(", ", table.Select(entry => string.Create(
                    CultureInfo.InvariantCulture, $"{entry.Key.Operation} {entry.Value.Requests:0}"))));
            if (_repeats.Count > 0)
                LogRepeats(string.Join(", ", _repeats.Select(repeat => string.Create(
                    CultureInfo.InvariantCulture, $"{repeat.Key} {repeat.Value:0}"))));
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (operation, table, reason) = ("", "", "");
        foreach (var (name, tag) in tags)
            if (name == DynamoMetrics.Operation)
                operation = (string)tag!;
            else if (name == DynamoMetrics.Table)
                table = (string)tag!;
            else if (name == DynamoMetrics.Reason)
                reason = (string)tag!;
        if (instrument.Name == DynamoMetrics.RetriesName)
        {
            var what = $"{operation} ({reason})";
            lock (_lock)
                _repeats[what] = _repeats.GetValueOrDefault(what) + value;
            return;
        }

        var usage = instrument.Name switch
        {
            DynamoMetrics.RequestsName => new Usage(value, 0, 0),
            DynamoMetrics.WriteUnitsName => new Usage(0, value, 0),
            DynamoMetrics.ReadUnitsName => new Usage(0, 0, value),
            _ => default,
        };
        if (usage == default)
            return;
        lock (_lock)
            _usage[(table, operation)] = _usage.GetValueOrDefault((table, operation)) + usage;
    }

    private readonly record struct Usage(double Requests, double WriteUnits, double ReadUnits)
    {
        public static Usage operator +(Usage one, Usage other) => new(
            one.Requests + other.Requests, one.WriteUnits + other.WriteUnits, one.ReadUnits + other.ReadUnits);
    }

    [LoggerMessage(2401, LogLevel.Information,
        "DynamoDB: {Requests:0} requests, {WriteUnits:0.0} write units, {ReadUnits:0.0} read units")]
    private partial void LogUsage(double requests, double writeUnits, double readUnits);

    [LoggerMessage(2402, LogLevel.Information, "DynamoDB table {Table:l}: {Operations:l}")]
    private partial void LogOperations(string table, string operations);

    [LoggerMessage(2403, LogLevel.Information, "DynamoDB repeats: {Repeats:l}")]
    private partial void LogRepeats(string repeats);
}
