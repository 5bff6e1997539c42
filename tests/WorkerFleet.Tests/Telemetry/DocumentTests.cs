using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace WorkerFleet.Tests.Telemetry;

/// <summary>docs/telemetry.md and the code say the same.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Document = File.ReadAllText(PathOf("docs/telemetry.md"));

    [Fact]
    public void Metrics_InTheDocument_AreThoseOfTheCode()
    {
        var documented = MetricRow().Matches(Document)
            .Select(row => $"{row.Groups["name"]} | {row.Groups["type"]} | {row.Groups["unit"].Value.Trim('`')}").ToList();
        var made = InstrumentCatalog.All().Select(each => $"{each.Name} | {TypeOf(each)} | {each.Unit}").ToList();

        Assert.True(made.Count > 30);
        Assert.Equal(made.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Metrics_OfTheCode_AreSpelledAlike()
    {
        foreach (var instrument in InstrumentCatalog.All())
        {
            Assert.Matches(@"\Afleet(\.[a-z][a-z_]*)+\z", instrument.Name);
            Assert.StartsWith("WorkerFleet.", instrument.Meter.Name, StringComparison.Ordinal);
            Assert.Matches(@"\A[A-Z0-9].*[^.]\z", instrument.Description);
            // UCUM: seconds, or what is counted in braces.
            Assert.Matches(@"\A(s|\{([a-z]+|USD)\}(/s)?|)\z", instrument.Unit ?? "");
        }
    }

    [Fact]
    public void Spans_OfTheCode_AreInTheDocument()
    {
        foreach (var name in (string[])["submit batch", "dispatch slice", "process item", "attempt item", "invoke_agent", "aggregate batch"])
            Assert.Contains($"| `{name}` |", Document, StringComparison.Ordinal);
        foreach (var tag in typeof(WorkerFleet.Telemetry.SpanTags).GetFields().Select(field => (string)field.GetRawConstantValue()!))
            Assert.Contains($"`{tag}`", Document, StringComparison.Ordinal);
    }

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        "Histogram" => "histogram",
        "Gauge" or "ObservableGauge" => "gauge",
        var other => other,
    };

    private static string PathOf(string path)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "WorkerFleet.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, path);
    }

    [GeneratedRegex(@"^\| `(?<name>fleet\.[a-z._]+)` \| (?<type>[a-z -]+) \|(?: (?<unit>`[^`]+`))? \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();
}
