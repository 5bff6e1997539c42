using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace WorkerFleet.Cli.Commands;

/// <summary>Writes the help of a command: usage, arguments, options by group, examples.</summary>
internal sealed class CommandHelp(CliContext cli) : SynchronousCommandLineAction
{
    private const int TextColumn = 34;
    private const int LineLength = 100;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command);
        return ExitCodes.Success;
    }

    public void Write(Command command)
    {
        var text = new StringBuilder();
        text.AppendLine(command.Description).AppendLine();
        text.AppendLine("Usage:").Append("  ").AppendLine(Usage(command)).AppendLine();
        WriteRows(text, "Arguments",
            command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description)));
        WriteRows(text, "Commands",
            command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description)));
        var options = command.Options.Where(
            option => !option.Hidden && !option.Recursive && option is not (HelpOption or VersionOption));
        foreach (var group in options.GroupBy(option => (command as CliCommand)?.GroupOf(option) ?? "Options"))
            WriteRows(text, group.Key, group.Select(Row));
        WriteRows(text, "Common options",
            RootOf(command).Options.Where(option => option.Recursive).Select(Row));
        if (command is CliCommand { Examples.Count: > 0 } withExamples)
        {
            text.AppendLine(withExamples.Examples.Count == 1 ? "Example:" : "Examples:");
            foreach (var example in withExamples.Examples)
                text.Append("  ").Append(cli.Program).Append(' ').AppendLine(example);
        }
        cli.Raw.Write(text.ToString().TrimEnd() + Environment.NewLine);
    }

    private string Usage(Command command)
    {
        var words = new List<string>();
        for (var current = command; current is not RootCommand; current = (Command)current.Parents.First())
            words.Insert(0, current.Name);
        words.Insert(0, cli.Program);
        if (command.Subcommands.Count > 0)
            words.Add("<command>");
        foreach (var argument in command.Arguments)
        {
            var name = argument.HelpName ?? argument.Name;
            words.Add(argument.Arity.MinimumNumberOfValues > 0 ? name : $"[{name}]");
        }
        words.Add("[options]");
        return string.Join(' ', words);
    }

    private static (string, string?) Row(Option option) =>
        (option.HelpName is { Length: > 0 } value ? $"{option.Name} {value}" : option.Name, option.Description);

    private static void WriteRows(
        StringBuilder text, string heading, IEnumerable<(string Name, string? Text)> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0)
            return;
        text.Append(heading).AppendLine(":");
        foreach (var (name, description) in list)
        {
            var line = $"  {name}".PadRight(TextColumn);
            if (line.Length > TextColumn)
                line += Environment.NewLine + new string(' ', TextColumn);
            text.Append(line).AppendLine(Wrap(description ?? ""));
        }
        text.AppendLine();
    }

    private static string Wrap(string text)
    {
        var wrapped = new StringBuilder();
        var length = TextColumn;
        foreach (var word in text.Split(' '))
        {
            if (length + word.Length > LineLength)
            {
                wrapped.AppendLine().Append(' ', TextColumn);
                length = TextColumn;
            }
            else if (length > TextColumn)
            {
                wrapped.Append(' ');
            }
            wrapped.Append(word);
            length += word.Length + 1;
        }
        return wrapped.ToString();
    }

    private static Command RootOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? RootOf(parent) : command;
}
