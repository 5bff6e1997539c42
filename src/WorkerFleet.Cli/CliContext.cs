using Spectre.Console;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.S3;

namespace WorkerFleet.Cli;

/// <summary>What the commands know of the process they run in, so that a test can be that process.</summary>
internal sealed class CliContext
{
    /// <summary>Standard output, for people.</summary>
    public required IAnsiConsole Out { get; init; }

    /// <summary>Standard error: progress, notes, problems.</summary>
    public required IAnsiConsole Error { get; init; }

    /// <summary>Standard output as it is, for what scripts read.</summary>
    public required TextWriter Raw { get; init; }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    public required bool InputIsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal, so that progress can be drawn over itself.</summary>
    public required bool ErrorIsTerminal { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Folder of the executable, whose appsettings.json counts too.</summary>
    public required string InstallDirectory { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required StopSignals Stop { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Where notes and problems go instead of <see cref="Error"/>, once it is known that programs read what is written there.
    /// </summary>
    public JsonLog? Log { get; set; }

    /// <summary>What the user calls this program by, which the script at the root tells.</summary>
    public string Program =>
        Environment.GetValueOrDefault("FLEET_COMMAND") is { Length: > 0 } name ? name : "fleet";

    /// <summary>A path as the user wrote it, made absolute.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, WorkingDirectory);

    /// <summary>A path for people: relative where that is shorter to read.</summary>
    public string ShortPath(string fullPath)
    {
        if (S3Address.IsMeant(fullPath))
            return fullPath;
        var relative = Path.GetRelativePath(WorkingDirectory, fullPath);
        return relative.StartsWith("..", StringComparison.Ordinal) ? fullPath : relative;
    }

    /// <summary>A line of the answer.</summary>
    public void Say(string text) => Out.WriteLine(text);

    /// <summary>A line beside the answer.</summary>
    public void Note(string text)
    {
        if (Log is { } log)
            log.Write("information", text);
        else
            Error.MarkupLine($"[grey]{SafeMarkup.Escape(text)}[/]");
    }
}
