using System.Text.Json;

namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>
/// One metric for one set of dimensions: what its series add up to. A sum for what is counted, all of them for what
/// is measured, and for a distribution how often which value.
/// </summary>
internal sealed class MetricValue(string unit)
{
    /// <summary>Values of one metric that CloudWatch takes from a line.</summary>
    public const int MaxValues = 100;

    private readonly SortedDictionary<double, double> _counts = [];
    private readonly List<double> _gauges = [];
    private double _sum;
    private double _distributionSum;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;
    private bool _isSum;

    public string Unit { get; } = unit;

    /// <summary>How many numbers it writes.</summary>
    public int Size => _counts.Count > 0 ? 2 * _counts.Count + 4 : Math.Max(_gauges.Count, 1);

    public bool IsEmpty => !_isSum && _gauges.Count == 0 && _counts.Count == 0;

    /// <summary>Of what is counted, over time or at a time: series add up.</summary>
    public void AddSum(double value)
    {
        if (!double.IsFinite(value))
            return;
        _isSum = true;
        _sum += value;
    }

    /// <summary>
    /// Of what is measured: series are values beside each other. More than <see cref="MaxValues"/> are left out.
    /// </summary>
    public void AddGauge(double value)
    {
        if (double.IsFinite(value) && _gauges.Count < MaxValues)
            _gauges.Add(value);
    }

    /// <summary>So many values about this one. The nearest takes what is beyond <see cref="MaxValues"/>.</summary>
    public void AddToDistribution(double value, double count)
    {
        if (!double.IsFinite(value) || count <= 0)
            return;
        if (_counts.Count >= MaxValues && !_counts.ContainsKey(value))
            value = _counts.Keys.MinBy(known => Math.Abs(known - value));
        _counts[value] = _counts.GetValueOrDefault(value) + count;
    }

    /// <summary>Of a distribution, what is known better than by its values.</summary>
    public void AddStatistics(double sum, double min, double max)
    {
        _distributionSum += sum;
        _min = Math.Min(_min, min);
        _max = Math.Max(_max, max);
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        if (_counts.Count > 0)
            WriteDistribution(json);
        else if (_isSum)
            json.WriteNumberValue(_sum);
        else if (_gauges is [var single])
            json.WriteNumberValue(single);
        else
            WriteNumbers(json, _gauges);
    }

    private void WriteDistribution(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("Values");
        WriteNumbers(json, _counts.Keys);
        json.WritePropertyName("Counts");
        WriteNumbers(json, _counts.Values);
        json.WriteNumber("Max", _max);
        json.WriteNumber("Min", _min);
        json.WriteNumber("Count", _counts.Values.Sum());
        json.WriteNumber("Sum", _distributionSum);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, IEnumerable<double> numbers)
    {
        json.WriteStartArray();
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
