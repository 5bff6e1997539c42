using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.S3;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace WorkerFleet.Cli.BatchFiles;

/// <summary>Reads a batch file: the options of a run, written down.</summary>
internal sealed class BatchFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>What a section stands for when it is a single value, such as <c>source: a.csv</c>.</summary>
    private static readonly Dictionary<string, RunSetting> Shorthands = new()
    {
        ["source"] = RunSettings.Source,
        ["agents"] = RunSettings.Agent,
        ["output"] = RunSettings.Output,
    };

    private readonly string _written;
    private readonly string _folder;
    private readonly List<string> _problems;
    private readonly SettingsLayer _layer = new();

    private BatchFile(string written, List<string> problems)
    {
        _written = written;
        _folder = Path.GetDirectoryName(written) ?? "";
        _problems = problems;
    }

    public static bool IsBatchFile(string source) =>
        !S3Address.IsMeant(source) && Path.GetExtension(source).ToLowerInvariant() is ".yaml" or ".yml";

    /// <param name="cli">The process.</param>
    /// <param name="written">The path as the user wrote it.</param>
    /// <param name="problems">Gets everything that is wrong, each with its line.</param>
    public static SettingsLayer Read(CliContext cli, string written, List<string> problems)
    {
        var file = new BatchFile(written, problems);
        var full = cli.FullPath(written);
        if (SourcePaths.ProblemOfFile(full, written, "batch file") is { } problem)
            file.Unreadable(problem);
        else if (new FileInfo(full).Length > MaxBytes)
            file.Unreadable($"{written}: a batch file is at most {ByteSizes.Format(MaxBytes)}");
        else
            file.ReadText(File.ReadAllText(full));
        return file._layer;
    }

    private void Unreadable(string problem)
    {
        _problems.Add(problem);
        _layer.IsUnreadable = true;
    }

    private void ReadText(string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            Unreadable(
                $"{_written}:{exception.Start.Line}: is not valid YAML: {SafeText.Line(exception.Message)}");
            return;
        }
        catch (InvalidOperationException)
        {
            // The parser's answer to some brackets that are never closed.
            Unreadable($"{_written}: is not valid YAML; look for a bracket or a quote that is never closed");
            return;
        }
        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            Unreadable($"{_written}: has to hold sections such as 'source:' and 'agents:'");
            return;
        }
        var topLevel = RunSettings.All.Where(setting => setting.Section.Length == 0).ToList();
        var sections = RunSettings.All.Except(topLevel).Select(setting => setting.Section).Distinct().ToList();
        foreach (var (keyNode, value) in root)
        {
            var key = KeyOf(keyNode);
            if (sections.Contains(key))
                ReadSection(key, value);
            else if (topLevel.Find(setting => setting.Key == key) is { } setting)
                ReadSetting(setting, value);
            else
                UnknownKey(keyNode, "", sections.Concat(topLevel.Select(setting => setting.Key)));
        }
    }

    private void ReadSection(string section, YamlNode node)
    {
        if (node is YamlMappingNode mapping)
        {
            foreach (var (keyNode, value) in mapping)
            {
                var settings = RunSettings.All.Where(setting => setting.Section == section).ToList();
                if (settings.Find(setting => setting.Key == KeyOf(keyNode)) is { } setting)
                    ReadSetting(setting, value);
                else
                    UnknownKey(keyNode, $" in '{section}'", settings.Select(setting => setting.Key));
            }
        }
        else if (node is YamlScalarNode scalar && Shorthands.TryGetValue(section, out var setting))
        {
            if (!IsNull(scalar))
                Add(setting, scalar);
        }
        else if (node is not YamlScalarNode empty || !IsNull(empty))
        {
            Problem(node, $"'{section}' has to hold keys such as " +
                $"'{RunSettings.All.First(setting => setting.Section == section).Key}:'");
        }
    }

    private void ReadSetting(RunSetting setting, YamlNode node)
    {
        switch (node)
        {
            case YamlScalarNode scalar when IsNull(scalar):
                break;
            case YamlScalarNode scalar:
                Add(setting, scalar);
                break;
            case YamlSequenceNode list when setting.Arity == SettingArity.Many:
                foreach (var element in list)
                    ReadElement(setting, element);
                break;
            default:
                Problem(node, $"'{setting.FileKey}' has to be a single value" +
                    (setting.Arity == SettingArity.Many ? " or a list" : ""));
                break;
        }
    }

    private void ReadElement(RunSetting setting, YamlNode element)
    {
        if (element is YamlScalarNode scalar)
            Add(setting, scalar, isElement: true);
        else if (setting == RunSettings.AgentRule && element is YamlMappingNode rule)
            AgentRuleNode.Read(rule, _layer, (node, text) => Problem(node, text));
        else
            Problem(element, $"an entry of '{setting.FileKey}' has to be a single value");
    }

    private void Add(RunSetting setting, YamlScalarNode node, bool isElement = false)
    {
        var value = node.Value ?? "";
        if (setting.IsPath && value != SourcePaths.StandardInput && value.Length > 0 && !S3Address.IsMeant(value))
            value = Path.Combine(_folder, value);
        _layer.Add(
            setting, new SettingText(value, $"{_written}:{node.Start.Line}: {setting.FileKey}", isElement));
    }

    private void UnknownKey(YamlNode keyNode, string place, IEnumerable<string> known) =>
        Problem(keyNode,
            $"unknown key '{KeyOf(keyNode)}'{place}{Suggestions.DidYouMean(KeyOf(keyNode), known)}");

    private void Problem(YamlNode node, string text) => _problems.Add($"{_written}:{node.Start.Line}: {text}");

    private static string KeyOf(YamlNode node) => (node as YamlScalarNode)?.Value ?? node.ToString();

    private static bool IsNull(YamlScalarNode node) =>
        node.Style == ScalarStyle.Plain && node.Value is null or "" or "~" or "null";
}
