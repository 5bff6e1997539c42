using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Agents;

/// <summary>
/// Reads options from configuration key by key. The framework's binder stops at the first bad value and names unknown
/// keys without their path; a person wants all of them at once.
/// </summary>
internal static class AgentOptionsReader
{
    public static AgentOptions Read(IConfigurationSection section, List<string> problems)
    {
        var options = new AgentOptions();
        if (section.Value is not null)
            problems.Add($"{section.Path}: has to be a section with keys such as Type, not '{section.Value}'");
        ReadInto(section, options, problems);
        return options;
    }

    private static void ReadInto(IConfigurationSection section, object options, List<string> problems)
    {
        var properties = options.GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        var known = string.Join(", ", properties.Keys.Order());
        foreach (var child in section.GetChildren())
        {
            if (properties.TryGetValue(child.Key, out var property))
                ReadProperty(child, property, options, problems);
            else
                problems.Add($"{child.Path}: there is no such key; known are {known}");
        }
    }

    private static void ReadProperty(
        IConfigurationSection section, PropertyInfo property, object options, List<string> problems)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var isSection = !type.IsValueType && type != typeof(string);
        var hasChildren = section.GetChildren().Any();
        if (section.Value is null && !hasChildren)
            return;
        if (isSection != hasChildren && !(isSection && section.Value is ""))
            problems.Add($"{section.Path}: has to be {(isSection ? "a section" : "a single value")}");
        else if (property.GetValue(options) is Dictionary<string, string> values)
            ReadValues(section, values, problems);
        else if (isSection)
            ReadInto(section, property.GetValue(options)!, problems);
        else
            ReadValue(section, type, property, options, problems);
    }

    private static void ReadValues(
        IConfigurationSection section, Dictionary<string, string> values, List<string> problems)
    {
        foreach (var child in section.GetChildren())
        {
            if (child.Value is { } value)
                values[child.Key] = value;
            else
                problems.Add($"{child.Path}: has to be a single value");
        }
    }

    private static void ReadValue(
        IConfigurationSection section, Type type, PropertyInfo property, object options, List<string> problems)
    {
        try
        {
            property.SetValue(options, section.Get(type));
        }
        catch (InvalidOperationException)
        {
            problems.Add($"{section.Path}: '{section.Value}' is not {Describe(type)}");
        }
    }

    private static string Describe(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number"
        : type == typeof(double) || type == typeof(decimal) ? "a number"
        : type == typeof(TimeSpan) ? "a time span such as 00:00:00.250 (hours:minutes:seconds)"
        : $"a {type.Name}";
}
