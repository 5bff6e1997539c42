using WorkerFleet.Agents;

namespace WorkerFleet.Cli.Options;

/// <summary>What one place (command line, batch file, configuration) says.</summary>
internal sealed class SettingsLayer
{
    private readonly Dictionary<RunSetting, List<SettingText>> _values = [];

    /// <summary>Rules that a file spells out, as column, value and agent.</summary>
    public List<AgentRule> Rules { get; } = [];

    /// <summary>Whether nothing is known of what it says, so that nothing can be called missing.</summary>
    public bool IsUnreadable { get; set; }

    public void Add(RunSetting setting, SettingText text)
    {
        if (!_values.TryGetValue(setting, out var texts))
            _values[setting] = texts = [];
        texts.Add(text);
    }

    public bool Has(RunSetting setting) => _values.ContainsKey(setting);

    public IReadOnlyList<SettingText> Find(RunSetting setting) =>
        _values.TryGetValue(setting, out var texts) ? texts : [];
}
