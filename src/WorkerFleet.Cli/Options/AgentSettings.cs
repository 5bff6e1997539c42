using System.Text.RegularExpressions;
using WorkerFleet.Agents;

namespace WorkerFleet.Cli.Options;

/// <summary>Reads how the agents are chosen.</summary>
internal static partial class AgentSettings
{
    private const int LongestName = 64;

    public static (AgentSelection Agents, AdHocAgent? AdHoc) Read(
        IReadOnlyList<SettingsLayer> layers, SettingReader read, SettingNaming naming, List<string> problems)
    {
        var adHoc = ReadAdHoc(read, problems);
        var selection = new AgentSelection
        {
            Default = adHoc?.Name ?? read.Text(RunSettings.Agent) ?? "",
            Column = read.Text(RunSettings.AgentColumn),
            Rules = ReadRules(layers, read, problems),
        };
        if (selection is { Default: "", Column: null, Rules.Count: 0 } && !layers.Any(ChoosesAgent))
            problems.Add(naming.NoAgent);
        return (selection, adHoc);
    }

    private static bool ChoosesAgent(SettingsLayer layer) =>
        layer.IsUnreadable || layer.Has(RunSettings.Agent) || layer.Has(RunSettings.AgentUrl)
        || layer.Has(RunSettings.AgentColumn) || layer.Has(RunSettings.AgentRule) || layer.Rules.Count > 0;

    private static List<AgentRule> ReadRules(
        IReadOnlyList<SettingsLayer> layers, SettingReader read, List<string> problems)
    {
        var rules = new List<AgentRule>();
        foreach (var text in read.Each(RunSettings.AgentRule))
        {
            // The name of an agent holds no colon, so that the last one ends the value.
            var equals = text.Value.IndexOf('=', StringComparison.Ordinal);
            var colon = text.Value.LastIndexOf(':');
            if (equals > 0 && colon > equals && colon < text.Value.Length - 1)
                rules.Add(new AgentRule(
                    text.Value[..equals], text.Value[(equals + 1)..colon], text.Value[(colon + 1)..]));
            else
                problems.Add(
                    $"{text.Where}: '{text.Value}' is not COLUMN=VALUE:AGENT, such as country=NO:nordic");
        }
        return rules.Count > 0 ? rules : layers.FirstOrDefault(layer => layer.Rules.Count > 0)?.Rules ?? [];
    }

    private static AdHocAgent? ReadAdHoc(SettingReader read, List<string> problems)
    {
        if (read.Text(RunSettings.AgentUrl) is not { } text)
            return null;
        var where = read.Each(RunSettings.AgentUrl)[0].Where;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            problems.Add($"{where}: '{text}' is not an address such as http://localhost:8080");
            return null;
        }
        if (url.UserInfo.Length > 0)
            problems.Add($"{where}: credentials do not belong into an address; configure the agent with " +
                $"{AgentOptions.Section}:NAME:Headers:Authorization");
        return new AdHocAgent(read.Text(RunSettings.Agent)?.ToLowerInvariant() ?? NameOf(url), url);
    }

    /// <summary>
    /// A name that the same address always gets, since it is part of what makes two runs the same.
    /// </summary>
    private static string NameOf(Uri url)
    {
        var name = Unusual().Replace($"{url.Authority}{url.AbsolutePath}".ToLowerInvariant(), "-").Trim('-');
        return name.Length > LongestName ? name[..LongestName].Trim('-') : name;
    }

    [GeneratedRegex("[^a-z0-9_.]+")]
    private static partial Regex Unusual();
}
