using System.Globalization;

namespace WorkerFleet.Mapping.Templates;

/// <summary>A value that templates name. They get at values only through these, by number.</summary>
internal sealed record ValuePath
{
    private const string AliasPrefix = "v__";

    /// <summary>As it stands in the template.</summary>
    public required string Text { get; init; }

    /// <summary>Names to follow, from the value that the path starts at.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Whether it may be missing, since a condition asks for it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The column of a CSV or TSV row; -1 where the path starts elsewhere.</summary>
    public int Column { get; init; } = -1;

    /// <summary>Text that is always the same, of no row.</summary>
    public string? Constant { get; init; }

    /// <summary>What it is called in the rewritten template: no column name ever gets there.</summary>
    public static string AliasOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{AliasPrefix}{number}");

    public static int NumberOf(string alias) =>
        alias.StartsWith(AliasPrefix, StringComparison.Ordinal)
        && int.TryParse(alias.AsSpan(AliasPrefix.Length), CultureInfo.InvariantCulture, out var number)
            ? number
            : -1;
}
