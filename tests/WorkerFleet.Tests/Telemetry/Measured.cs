using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WorkerFleet.Tests.Telemetry;

/// <summary>What the fleet's instruments record while it listens.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _measurements = new();

    public Measured()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("WorkerFleet", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>What was recorded of an instrument, by its tags: <c>agent=a outcome=succeeded</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Of(string name) => _measurements
        .Where(each => each.Name == name)
        .GroupBy(each => each.Tags, each => each.Value)
        .ToDictionary(group => group.Key, IReadOnlyList<double> (group) => [.. group]);

    public double Sum(string name, string tags = "") => Of(name).GetValueOrDefault(tags)?.Sum() ?? 0;

    /// <summary>What observable instruments say now; null for one that says nothing.</summary>
    public double? Observe(string name, string tags = "")
    {
        _measurements.Clear();
        _listener.RecordObservableInstruments();
        return Of(name).GetValueOrDefault(tags)?[0];
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var names = tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}");
        _measurements.Enqueue(new(instrument.Name, string.Join(' ', names), value));
    }

    private sealed record Measurement(string Name, string Tags, double Value);
}
