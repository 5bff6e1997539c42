using System.CommandLine;

namespace WorkerFleet.Cli.Commands.DeadLetters;

/// <summary>
/// <c>fleet dead-letters</c>: rows whose attempts are exhausted, or whose failure is permanent.
/// </summary>
internal static class DeadLettersCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new CliCommand("dead-letters", "Look into rows that failed for good, and run them again.")
        {
            Examples = ["dead-letters groups", "dead-letters replay --group 3f9a1c77be"],
        };
        command.Add(new ListDeadLettersCommand(cli).Create());
        command.Add(new DeadLetterGroupsCommand(cli).Create());
        command.Add(new ShowCommand(cli, "dead-letters show").Create());
        command.Add(new RetryCommand(cli, "replay", "dead-letters replay").Create());
        command.Add(new ArchiveCommand(cli).Create());
        command.Add(new ArchiveCommand(cli, back: true).Create());
        command.Add(new ExportDeadLettersCommand(cli).Create());
        command.Add(new BrokenMessagesCommand(cli).Create());
        return command;
    }
}
