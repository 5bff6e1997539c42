using Spectre.Console;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Hosting;

namespace WorkerFleet.Tests.Cli;

/// <summary>The command line in this process, over a folder of its own.</summary>
public sealed class CliProcess : IDisposable
{
    private const int WideEnoughForAnyLine = 4_000;

    private readonly StopSignals _stop = new(stopAtOnce: () => { });

    public string Folder { get; } = Directory.CreateTempSubdirectory("fleet-cli-").FullName;

    public Dictionary<string, string> Environment { get; } = [];

    public string Input { get; set; } = "";

    public bool InputIsTerminal { get; set; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    /// <summary>What went to standard error, line by line, without the mark of an error.</summary>
    public IReadOnlyList<string> Problems =>
        [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith("error: ", StringComparison.Ordinal))
            .Select(line => line["error: ".Length..].TrimEnd())];

    public async Task<int> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await FleetCli.RunAsync(args, CreateContext(output, error));
        (Output, Error) = (output.ToString(), error.ToString());
        return exitCode;
    }

    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    internal void Interrupt() => _stop.Signal();

    internal CliContext CreateContext(TextWriter output, TextWriter error) => new()
    {
        Out = CreateConsole(output),
        Error = CreateConsole(error),
        Raw = output,
        OpenInput = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Input)),
        InputIsTerminal = InputIsTerminal,
        ErrorIsTerminal = false,
        WorkingDirectory = Folder,
        InstallDirectory = Path.Combine(Folder, "installed"),
        Environment = Environment,
        Stop = _stop,
        Time = Time,
    };

    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = WideEnoughForAnyLine;
        return console;
    }
}
