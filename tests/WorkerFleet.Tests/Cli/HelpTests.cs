using System.CommandLine;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Commands;

namespace WorkerFleet.Tests.Cli;

public sealed class HelpTests : IDisposable
{
    private readonly CliProcess _cli = new();

    [Fact]
    public async Task Help_EveryCommand_ShowsExamplesThatParse()
    {
        var root = FleetCommand.Create(_cli.CreateContext(TextWriter.Null, TextWriter.Null));

        foreach (var path in Paths(root, []))
        {
            Assert.Equal(ExitCodes.Success, await _cli.RunAsync([.. path, "--help"]));
            Assert.Contains("Example", _cli.Output, StringComparison.Ordinal);
            Assert.Contains($"fleet {string.Join(' ', path)}", _cli.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(_cli.Output.Split('\n'), line => line.TrimEnd().Length > 130);
        }

        var examples = Commands(root).OfType<CliCommand>().SelectMany(command => command.Examples).ToList();
        foreach (var example in examples)
            // What a shell does after these is none of the parser's business.
            Assert.Empty(root.Parse(example.Split(" | ")[0].Split(" < ")[0]).Errors);
        Assert.True(examples.Count > 20);
    }

    [Fact]
    public async Task Fleet_WithoutCommand_ShowsTheCommandsAndIsBadUsage()
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync());
        Assert.Contains("dead-letters", _cli.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NoFolderYet_IsAnEmptyList()
    {
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("list", "--json"));
        Assert.Equal("[]", _cli.Output.Trim());
        Assert.False(Directory.Exists(Path.Combine(_cli.Folder, ".fleet")));
    }

    public void Dispose() => _cli.Dispose();

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(sub => Paths(sub, [.. path, sub.Name]).Prepend([.. path, sub.Name]));

    private static IEnumerable<Command> Commands(Command command) =>
        command.Subcommands.SelectMany(sub => Commands(sub).Prepend(sub));
}
