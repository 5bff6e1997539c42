using System.Text;
using System.Text.Json;

namespace WorkerFleet.Tests.Telemetry.Formats;

/// <summary>
/// A line in CloudWatch's embedded metric format, checked against what its specification asks for: members and their types,
/// the limits of names, metrics, dimensions and values, and that all that is named is there.
/// </summary>
public sealed class EmbeddedMetrics
{
    private const int MaxMetrics = 100;
    private const int MaxDimensions = 30;
    private const int MaxValues = 100;
    private const int MaxBytes = 256 * 1024;

    private static readonly string[] Units =
    [
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
        "Percent", "Count", "Bytes/Second", "Count/Second", "None",
    ];

    private EmbeddedMetrics(JsonElement root) => Root = root;

    public JsonElement Root { get; }

    public string Namespace => Directive.GetProperty(nameof(Namespace)).GetString()!;

    public IEnumerable<string[]> DimensionSets => Directive.GetProperty("Dimensions").EnumerateArray()
        .Select(set => set.EnumerateArray().Select(name => name.GetString()!).ToArray());

    /// <summary>Unit by name.</summary>
    public IReadOnlyDictionary<string, string> Metrics => Directive.GetProperty(nameof(Metrics)).EnumerateArray().ToDictionary(
        metric => metric.GetProperty("Name").GetString()!, metric => metric.GetProperty("Unit").GetString()!);

    private JsonElement Directive => Root.GetProperty("_aws").GetProperty("CloudWatchMetrics")[0];

    /// <exception cref="Xunit.Sdk.XunitException">It is not in the format.</exception>
    public static EmbeddedMetrics Parse(string line)
    {
        Assert.InRange(Encoding.UTF8.GetByteCount(line), 2, MaxBytes);
        using var document = JsonDocument.Parse(line);
        var parsed = new EmbeddedMetrics(document.RootElement.Clone());
        parsed.Check();
        return parsed;
    }

    public string Text(string name) => Root.GetProperty(name).GetString()!;

    public double Number(string name) => Root.GetProperty(name).GetDouble();

    private void Check()
    {
        var names = Root.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.InRange(Root.GetProperty("_aws").GetProperty("Timestamp").GetInt64(), 1_000_000_000_000, 9_999_999_999_999);
        Assert.Single(Root.GetProperty("_aws").GetProperty("CloudWatchMetrics").EnumerateArray());
        Assert.InRange(Namespace.Length, 1, 255);
        Assert.NotEmpty(DimensionSets);
        foreach (var set in DimensionSets)
        {
            Assert.InRange(set.Length, 0, MaxDimensions);
            Assert.All(set, name => Assert.InRange(Text(name).Trim().Length, 1, 1024));
        }

        Assert.InRange(Metrics.Count, 1, MaxMetrics);
        foreach (var (name, unit) in Metrics)
        {
            Assert.InRange(name.Length, 1, 1024);
            Assert.Contains(unit, Units);
            CheckValue(Root.GetProperty(name));
        }
    }

    private static void CheckValue(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
            return;
        if (value.ValueKind == JsonValueKind.Array)
        {
            Assert.InRange(value.GetArrayLength(), 1, MaxValues);
            Assert.All(value.EnumerateArray(), number => Assert.Equal(JsonValueKind.Number, number.ValueKind));
            return;
        }

        Assert.Equal(["Values", "Counts", "Max", "Min", "Count", "Sum"], value.EnumerateObject().Select(member => member.Name));
        var counts = value.GetProperty("Counts").EnumerateArray().Select(count => count.GetDouble()).ToList();
        var values = value.GetProperty("Values").EnumerateArray().Select(each => each.GetDouble()).ToList();
        Assert.InRange(values.Count, 1, MaxValues);
        Assert.Equal(values.Count, counts.Count);
        Assert.Equal(value.GetProperty("Count").GetDouble(), counts.Sum());
        Assert.All(values, each => Assert.InRange(
            each, value.GetProperty("Min").GetDouble(), value.GetProperty("Max").GetDouble()));
    }
}
