using System.Globalization;

namespace WorkerFleet.Cli.Options;

internal enum SettingArity
{
    /// <summary>A single value.</summary>
    One,

    /// <summary>Several values: the option repeated, or a list in a file.</summary>
    Many,

    /// <summary>True where the option is given.</summary>
    Flag,
}

/// <summary>One thing that can be set for a run, and how it is called wherever it can be set.</summary>
/// <param name="Name">The option without its dashes; also the configuration key, in Pascal case.</param>
/// <param name="Section">Section of a batch file; empty for its top level.</param>
/// <param name="Key">Key in that section.</param>
/// <param name="ValueName">How help calls the value.</param>
/// <param name="Help">One sentence, with the default.</param>
internal sealed record RunSetting(string Name, string Section, string Key, string ValueName, string Help)
{
    /// <summary>Configuration section of what a user wants for every run.</summary>
    public const string DefaultsSection = "Fleet:Defaults";

    public SettingArity Arity { get; init; }

    /// <summary>Whether configuration may set it. What belongs to one source may not.</summary>
    public bool Configurable { get; init; }

    /// <summary>Whether the value is a path, which in a batch file is relative to the file.</summary>
    public bool IsPath { get; init; }

    public string Option => $"--{Name}";

    public string FileKey => Section.Length == 0 ? Key : $"{Section}.{Key}";

    /// <summary>Key below <see cref="DefaultsSection"/>.</summary>
    public string ConfigurationKey => string.Concat(
        Name.Split('-').Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
}
