using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Telemetry;

/// <summary>What reading any of the options needs.</summary>
internal static class OptionText
{
    public static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>Names every key that nobody reads, which is one that was misspelt.</summary>
    public static void CheckKeys(IConfigurationSection section, string[] keys, ICollection<string> problems)
    {
        foreach (var child in section.GetChildren())
            if (!keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{child.Path}: there is no such key; there are {string.Join(", ", keys)}");
    }

    public static bool ReadSwitch(IConfiguration configuration, string key, bool usual, ICollection<string> problems)
    {
        if (Given(configuration[key]) is not { } text)
            return usual;
        if (bool.TryParse(text, out var value))
            return value;
        problems.Add($"{key}: '{text}' is neither true nor false");
        return usual;
    }
}
