using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>
/// One line of the embedded metric format: JSON from which CloudWatch Logs takes metrics. Dimensions and properties
/// are members beside the metrics' values, and only those that are named as such make metrics of their own.
/// </summary>
internal sealed class EmbeddedMetricLine(string metricNamespace, DateTimeOffset at)
{
    /// <summary>Metrics that CloudWatch takes from a line.</summary>
    public const int MaxMetrics = 100;

    /// <summary>Numbers in a line, so that it stays far below the size of a log event, 256 KB.</summary>
    public const int MaxNumbers = 4_000;

    public const string Service = "service";
    public const string Role = "role";
    public const string Instance = "instance";

    private const string Metadata = "_aws";
    private const int MaxText = 1_000;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<KeyValuePair<string, MetricValue>> _metrics = [];
    private readonly List<KeyValuePair<string, string>> _texts = [];
    private int _numbers;

    /// <summary>Names of dimensions; each set makes metrics of its own.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> DimensionSets { get; init; }

    public bool IsEmpty => _metrics.Count == 0;

    /// <summary>Whether it is a name that lines use themselves.</summary>
    public static bool IsReserved(string name) => name is Service or Role or Instance or Metadata;

    /// <summary>A dimension's value, or a property, which is there to be searched for.</summary>
    public EmbeddedMetricLine With(string name, string value)
    {
        // CloudWatch takes no empty one.
        var text = string.IsNullOrWhiteSpace(value) ? "none" : value.Length <= MaxText ? value : value[..MaxText];
        _texts.Add(new(name, text));
        return this;
    }

    /// <returns>False when the line is full.</returns>
    public bool TryAdd(string name, MetricValue value)
    {
        if (_metrics.Count == MaxMetrics || _numbers > 0 && _numbers + value.Size > MaxNumbers)
            return false;
        _metrics.Add(new(name, value));
        _numbers += value.Size;
        return true;
    }

    public EmbeddedMetricLine WithSum(string name, string unit, double sum)
    {
        var value = new MetricValue(unit);
        value.AddSum(sum);
        if (!value.IsEmpty)
            TryAdd(name, value);
        return this;
    }

    public string Format()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteMetadata(json);
            foreach (var (name, text) in _texts)
                json.WriteString(name, text);
            foreach (var (name, value) in _metrics)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject(Metadata);
        json.WriteNumber("Timestamp", at.ToUnixTimeMilliseconds());
        json.WriteStartArray("CloudWatchMetrics");
        json.WriteStartObject();
        json.WriteString("Namespace", metricNamespace);
        json.WriteStartArray("Dimensions");
        foreach (var set in DimensionSets)
        {
            json.WriteStartArray();
            foreach (var name in set)
                json.WriteStringValue(name);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("Metrics");
        foreach (var (name, value) in _metrics)
        {
            json.WriteStartObject();
            json.WriteString("Name", name);
            json.WriteString("Unit", value.Unit);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
