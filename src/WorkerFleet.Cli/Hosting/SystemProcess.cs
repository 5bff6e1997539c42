using System.Collections;
using Spectre.Console;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Makes the context of the real process.</summary>
internal static class SystemProcess
{
    /// <summary>Where nobody looks at the width, lines are as long as they need to be.</summary>
    private const int WidthOfFiles = 4_000;

    public static CliContext CreateContext(StopSignals stop)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        return new CliContext
        {
            Out = CreateConsole(Console.Out, Console.IsOutputRedirected),
            Error = CreateConsole(Console.Error, Console.IsErrorRedirected),
            Raw = Console.Out,
            OpenInput = Console.OpenStandardInput,
            InputIsTerminal = !Console.IsInputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected && environment.GetValueOrDefault("TERM") != "dumb",
            WorkingDirectory = Directory.GetCurrentDirectory(),
            InstallDirectory = AppContext.BaseDirectory,
            Environment = environment,
            Stop = stop,
        };
    }

    private static IAnsiConsole CreateConsole(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
                ? ColorSystemSupport.NoColors
                : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
            console.Profile.Width = WidthOfFiles;
        return console;
    }
}
