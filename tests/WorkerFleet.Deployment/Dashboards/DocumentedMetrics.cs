using System.Text.RegularExpressions;

namespace WorkerFleet.Deployment.Dashboards;

/// <summary>
/// The metrics of docs/telemetry.md, which another test compares with the code, under the names that Prometheus has
/// of them.
/// </summary>
internal static partial class DocumentedMetrics
{
    public static IReadOnlySet<string> PrometheusNames { get; } = MetricRow()
        .Matches(File.ReadAllText(Repository.PathOf("docs/telemetry.md")))
        .SelectMany(row => NamesOf(row.Groups["name"].Value, row.Groups["type"].Value, row.Groups["unit"].Value.Trim('`')))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The names of metrics in an expression of PromQL.</summary>
    public static IEnumerable<string> In(string expression) => MetricName().Matches(expression).Select(name => name.Value);

    /// <summary>Dots become underscores; units that are no count in braces, and counters, have a suffix.</summary>
    private static IEnumerable<string> NamesOf(string name, string type, string unit)
    {
        var written = name.Replace('.', '_') + unit switch
        {
            "s" => "_seconds",
            _ when unit.EndsWith("/s", StringComparison.Ordinal) => "_per_second",
            _ => "",
        };
        return type switch
        {
            "counter" => [$"{written}_total"],
            "histogram" => [$"{written}_bucket", $"{written}_sum", $"{written}_count"],
            _ => [written],
        };
    }

    [GeneratedRegex(@"^\| `(?<name>fleet\.[a-z._]+)` \| (?<type>[a-z -]+) \|(?: (?<unit>`[^`]+`))? \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"\bfleet_[a-z_]+\b")]
    private static partial Regex MetricName();
}
