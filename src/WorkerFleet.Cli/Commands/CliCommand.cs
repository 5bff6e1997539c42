using System.CommandLine;

namespace WorkerFleet.Cli.Commands;

/// <summary>A command, with what its help shows beside what the parser needs.</summary>
internal sealed class CliCommand(string name, string description) : Command(name, description)
{
    private readonly Dictionary<Option, string> _groups = [];

    /// <summary>Whole command lines, without the name of the program.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    public void Add(Option option, string group)
    {
        Add(option);
        _groups[option] = group;
    }

    /// <summary>Heading that help lists the option under.</summary>
    public string GroupOf(Option option) => _groups.GetValueOrDefault(option, "Options");
}
