using WorkerFleet.Agents;
using WorkerFleet.Cli.Options;
using YamlDotNet.RepresentationModel;

namespace WorkerFleet.Cli.BatchFiles;

/// <summary>
/// A rule of <c>agents.rules</c> that is spelt out: <c>{ column: country, value: NO, agent: nordic }</c>.
/// </summary>
internal static class AgentRuleNode
{
    private static readonly string[] Keys = ["column", "value", "agent"];

    public static void Read(YamlMappingNode node, SettingsLayer layer, Action<YamlNode, string> problem)
    {
        var values = new Dictionary<string, string>();
        foreach (var (keyNode, valueNode) in node)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (!Keys.Contains(key))
                problem(keyNode,
                    $"unknown key '{key}' in a rule of 'agents.rules'{Suggestions.DidYouMean(key, Keys)}");
            else if (valueNode is not YamlScalarNode scalar)
                problem(valueNode, $"'{key}' of a rule has to be a single value");
            else
                values[key] = scalar.Value ?? "";
        }
        foreach (var missing in Keys.Where(key => !values.ContainsKey(key)))
            problem(node, $"a rule of 'agents.rules' lacks '{missing}'; it is written column, value, agent");
        if (values.Count == Keys.Length)
            layer.Rules.Add(new AgentRule(values["column"], values["value"], values["agent"]));
    }
}
