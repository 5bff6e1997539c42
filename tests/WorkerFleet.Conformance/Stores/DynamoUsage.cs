using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using WorkerFleet.DynamoDb;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What a store consumed, from its own metrics.</summary>
public sealed class DynamoUsage : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string Operation), double> _sums = new();

    public DynamoUsage(DynamoDbOptions options)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "WorkerFleet.DynamoDb")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var (operation, table) = ("", "");
            foreach (var (name, tag) in tags)
                if (name == "operation")
                    operation = (string)tag!;
                else if (name == "table")
                    table = (string)tag!;
            // Other tests of the process have other tables.
            if (table == options.RunsTable || table == options.JournalTable)
                _sums.AddOrUpdate((instrument.Name, operation), value, (_, sum) => sum + value);
        }
    }

    public double Requests => Sum("fleet.dynamodb.requests");

    public double ReadUnits => Sum("fleet.dynamodb.read_units");

    public double WriteUnits => Sum("fleet.dynamodb.write_units");

    public override string ToString() => string.Join(
        ", ", _sums.OrderBy(sum => sum.Key).Select(sum => string.Create(
            CultureInfo.InvariantCulture, $"{sum.Key.Instrument}/{sum.Key.Operation} {sum.Value:0.#}")));

    public void Dispose() => _listener.Dispose();

    private double Sum(string instrument) =>
        _sums.Where(sum => sum.Key.Instrument == instrument).Sum(sum => sum.Value);
}
