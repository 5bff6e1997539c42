using System.CommandLine;
using System.CommandLine.Parsing;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Commands;

/// <summary>What is wrong with a command line, in the words that all other problems have.</summary>
internal static class UsageProblems
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // What follows an unknown option is its value, and no second mistake.
        var problems = TakenForArguments(parsed).ToList();
        var afterOption = problems.Count > 0;
        problems.AddRange(parsed.UnmatchedTokens
            .Where((token, index) => IsOption(token) || !(index == 0
                ? afterOption
                // What follows an unknown command belongs to it.
                : command.Subcommands.Count > 0 || IsOption(parsed.UnmatchedTokens[index - 1])))
            .Select(token => Unknown(token, command)));
        foreach (var error in parsed.Errors)
        {
            switch (error.SymbolResult)
            {
                case OptionResult option:
                    problems.Add(OfOption(option, error.Message));
                    break;
                case ArgumentResult { Argument: var argument } when argument.Arity.MinimumNumberOfValues > 0:
                    problems.Add($"{argument.Name} is missing; it is written: {command.Name} {argument.Name}");
                    break;
                case CommandResult when parsed.UnmatchedTokens.Count > 0:
                    break;
                case CommandResult when command.Subcommands.Count > 0:
                    problems.Add($"'{command.Name}' needs a command: " +
                        $"{string.Join(", ", command.Subcommands.Select(sub => sub.Name))}");
                    break;
                default:
                    problems.Add(error.Message);
                    break;
            }
        }
        return [.. problems.Distinct()];
    }

    /// <summary>Options that the parser took for values of arguments, since it does not know them.</summary>
    public static IReadOnlyList<string> TakenForArguments(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash))
            return [];
        return [.. parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => token.Value.StartsWith("--", StringComparison.Ordinal))
            .Select(token => Unknown(token.Value, parsed.CommandResult.Command))];
    }

    private static string OfOption(OptionResult option, string message) => option switch
    {
        { IdentifierTokenCount: > 1 } when option.Option.Arity.MaximumNumberOfValues <= 1 =>
            $"{option.Option.Name}: is given {option.IdentifierTokenCount} times; give it once",
        { Tokens.Count: 0 } =>
            $"{option.Option.Name}: needs a value{(option.Option.HelpName is { } name ? $": {name}" : "")}",
        _ => $"{option.Option.Name}: {message}",
    };

    private static string Unknown(string token, Command command)
    {
        if (IsOption(token))
        {
            var name = token.Split('=', ':')[0];
            return $"{name}: there is no such option{Suggestions.DidYouMean(name, OptionsOf(command))}";
        }
        return command.Subcommands.Count > 0
            ? $"'{token}' is no command" +
                Suggestions.DidYouMean(token, command.Subcommands.Select(sub => sub.Name))
            : $"'{token}' is one argument too many; quote a value that has spaces in it";
    }

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;

    private static IEnumerable<string> OptionsOf(Command command)
    {
        var own = command.Options.Select(option => option.Name);
        return command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? own.Concat(OptionsOf(parent).Where(name => !own.Contains(name)))
            : own;
    }
}
