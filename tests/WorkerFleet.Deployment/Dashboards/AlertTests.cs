using YamlDotNet.RepresentationModel;

namespace WorkerFleet.Deployment.Dashboards;

public sealed class AlertTests
{
    private static readonly IReadOnlyList<YamlMappingNode> Rules = Read();

    [Fact]
    public void Expressions_NameMetrics_ThatTheDocumentHas()
    {
        foreach (var rule in Rules)
        {
            var names = DocumentedMetrics.In(Text(rule, "expr")).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.Contains(name, DocumentedMetrics.PrometheusNames));
        }
    }

    [Theory]
    [InlineData("FleetBacklogNotShrinking")]
    [InlineData("FleetNoWorker")]
    [InlineData("FleetNotWatched")]
    [InlineData("FleetDeadLettersRising")]
    [InlineData("FleetCircuitOpen")]
    [InlineData("FleetScheduleGrowing")]
    [InlineData("FleetStoreErrors")]
    public void Rules_OfWhatAnOperatorIsWokenBy_AreThere(string alert) =>
        Assert.Single(Rules, rule => Text(rule, "alert") == alert);

    [Fact]
    public void Rules_SayHowBadItIsAndWhatToDo()
    {
        Assert.Equal(Rules.Count, Rules.Select(rule => Text(rule, "alert")).Distinct().Count());
        foreach (var rule in Rules)
        {
            Assert.Matches("^(critical|warning)$", Text((YamlMappingNode)rule["labels"], "severity"));
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.EndsWith(".", Text(annotations, "summary"), StringComparison.Ordinal);
            Assert.NotEmpty(Text(annotations, "description"));
            Assert.Equal(Text(rule, "expr").Count(c => c == '('), Text(rule, "expr").Count(c => c == ')'));
        }
    }

    private static IReadOnlyList<YamlMappingNode> Read()
    {
        using var text = File.OpenText(Repository.PathOf("deploy/dashboards/alerts.yaml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        var groups = (YamlSequenceNode)yaml.Documents.Single().RootNode["groups"];
        return [.. groups.SelectMany(group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>()];
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;
}
