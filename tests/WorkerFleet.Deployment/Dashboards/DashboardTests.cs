using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkerFleet.Deployment.Dashboards;

public sealed partial class DashboardTests
{
    private static readonly JsonElement Dashboard =
        JsonDocument.Parse(File.ReadAllText(Repository.PathOf("deploy/dashboards/workerfleet.json"))).RootElement;

    private static readonly IReadOnlyList<JsonElement> Panels =
        [.. Dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row")];

    private static readonly IReadOnlyList<string> Expressions =
        [.. Panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];

    [Fact]
    public void Expressions_NameMetrics_ThatTheDocumentHas()
    {
        Assert.True(Expressions.Count > 30);
        foreach (var expression in Expressions)
        {
            var names = DocumentedMetrics.In(expression).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.Contains(name, DocumentedMetrics.PrometheusNames));
        }
    }

    [Fact]
    public void Expressions_AreWellFormed()
    {
        foreach (var expression in Expressions)
        {
            Assert.Equal(expression.Count(c => c == '('), expression.Count(c => c == ')'));
            Assert.Equal(expression.Count(c => c == '{'), expression.Count(c => c == '}'));
            // Every selector is narrowed to the job that was chosen.
            Assert.Equal(DocumentedMetrics.In(expression).Count(), JobSelector().Count(expression));
        }
    }

    /// <summary>From one orchestrator, whichever it is: a sum would count it twice while another takes over.</summary>
    [Fact]
    public void Expressions_OfTheScale_TakeTheMaximum()
    {
        foreach (var expression in Expressions.Where(each => ScaleName().IsMatch(each)))
            Assert.StartsWith("max", expression, StringComparison.Ordinal);
    }

    [Fact]
    public void Panels_FillTheGrid_WithoutOverlap()
    {
        var taken = new HashSet<(int, int)>();
        foreach (var panel in Dashboard.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("gridPos")))
            for (var x = 0; x < Number(panel, "w"); x++)
                for (var y = 0; y < Number(panel, "h"); y++)
                {
                    Assert.True(taken.Add((Number(panel, "x") + x, Number(panel, "y") + y)));
                    Assert.InRange(Number(panel, "x") + x, 0, 23);
                }

        var ids = Dashboard.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    [GeneratedRegex("""job=~"\$job"[,}]""")]
    private static partial Regex JobSelector();

    [GeneratedRegex("fleet_(backlog|workers|eta|schedule|batches[{])")]
    private static partial Regex ScaleName();
}
