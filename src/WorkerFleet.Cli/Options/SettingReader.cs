using System.Globalization;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Options;

/// <summary>
/// Reads typed values out of the layers, the first layer that has one winning. Values that a higher layer covers are
/// checked too: a mistake in a file is worth knowing before it counts.
/// </summary>
internal sealed class SettingReader(IReadOnlyList<SettingsLayer> layers, List<string> problems)
{
    private delegate bool Parser<T>(string text, out T value);

    public string? Text(RunSetting setting)
    {
        string? found = null;
        foreach (var text in Texts(setting))
        {
            if (string.IsNullOrWhiteSpace(text.Value))
                problems.Add($"{text.Where}: is empty; give it a value, or leave it out");
            else
                found ??= text.Value;
        }
        return found;
    }

    public int? Int(RunSetting setting, int min, int max) => Struct<int>(
        setting,
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && value >= min && value <= max,
        $"a whole number from {Figures.Count(min)} to {Figures.Count(max)}");

    public bool? Bool(RunSetting setting) => Struct<bool>(
        setting,
        (string text, out bool value) => bool.TryParse(text, out value) || TryYesNo(text, out value),
        "true or false");

    public TimeSpan? Duration(RunSetting setting, TimeSpan min, TimeSpan max) => Struct<TimeSpan>(
        setting,
        (string text, out TimeSpan value) =>
            Durations.TryParse(text, out value) && value >= min && value <= max,
        $"a duration such as 500ms, 30s, 5m or 1h, from {Durations.Format(min)} to {Durations.Format(max)}");

    public int? Size(RunSetting setting, int min, int max) => Struct<int>(
        setting,
        (string text, out int value) => ByteSizes.TryParse(text, out value) && value >= min && value <= max,
        $"a size such as 64KiB or 8MiB, from {ByteSizes.Format(min)} to {ByteSizes.Format(max)}");

    public T? Choice<T>(RunSetting setting) where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        T? found = null;
        foreach (var text in Texts(setting))
        {
            var index = names.IndexOf(text.Value.ToLowerInvariant());
            if (index >= 0)
                found ??= Enum.GetValues<T>()[index];
            else
                problems.Add($"{text.Where}: '{text.Value}' is not one of {string.Join(", ", names)}" +
                    Suggestions.DidYouMean(text.Value, names));
        }
        return found;
    }

    /// <summary>An ASCII character, written as itself or by a name.</summary>
    public char? Character(RunSetting setting, IReadOnlyDictionary<string, char> names) => Struct<char>(
        setting,
        (string text, out char value) =>
        {
            if (names.TryGetValue(text.ToLowerInvariant(), out value))
                return true;
            value = text.Length == 1 ? text[0] : '\0';
            return value is > ' ' and < (char)127 or '\t' && !char.IsAsciiLetterOrDigit(value);
        },
        $"a single ASCII character that is no letter or digit, or one of {string.Join(", ", names.Keys)}");

    /// <summary>
    /// A list: repeated, separated by commas, or a list of a file. The layer that has one wins as a whole.
    /// </summary>
    public IReadOnlyList<SettingText>? List(RunSetting setting)
    {
        if (layers.FirstOrDefault(layer => layer.Has(setting)) is not { } layer)
            return null;
        var elements = layer.Find(setting)
            .SelectMany(text => text.IsElement
                ? [text]
                : text.Value.Split(',', StringSplitOptions.TrimEntries)
                    .Select(part => text with { Value = part }))
            .ToList();
        foreach (var empty in elements.Where(element => string.IsNullOrWhiteSpace(element.Value)).Take(1))
            problems.Add($"{empty.Where}: has an empty entry; write the entries with a comma between them");
        return elements;
    }

    /// <summary>Values that are taken one by one as they stand.</summary>
    public IReadOnlyList<SettingText> Each(RunSetting setting) =>
        layers.FirstOrDefault(layer => layer.Has(setting))?.Find(setting) ?? [];

    private T? Struct<T>(RunSetting setting, Parser<T> parse, string expected) where T : struct
    {
        T? found = null;
        foreach (var text in Texts(setting))
        {
            if (parse(text.Value, out var value))
                found ??= value;
            else
                problems.Add($"{text.Where}: '{text.Value}' is not {expected}");
        }
        return found;
    }

    private IEnumerable<SettingText> Texts(RunSetting setting) =>
        layers.SelectMany(layer => layer.Find(setting));

    private static bool TryYesNo(string text, out bool value)
    {
        value = text.ToLowerInvariant() is "yes" or "on";
        return value || text.ToLowerInvariant() is "no" or "off";
    }
}
