namespace WorkerFleet.Sources;

/// <summary>Column names must be there and differ, or a template could mean two columns by one name.</summary>
internal static class ColumnNames
{
    /// <summary>What is wrong with them; null when they are good.</summary>
    public static string? Judge(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return "there is none.";

        var places = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var index = 0; index < names.Count; index++)
        {
            if (string.IsNullOrWhiteSpace(names[index]))
                return $"column {index + 1} has no name.";
            if (!places.TryAdd(names[index], index))
                return $"columns {places[names[index]] + 1} and {index + 1} are both named '{names[index]}'.";
        }

        return null;
    }
}
