using System.CommandLine;
using System.Text;
using Spectre.Console;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Commands.DeadLetters;

/// <summary><c>fleet dead-letters messages</c>: messages that nobody could handle.</summary>
internal sealed class BrokenMessagesCommand(CliContext cli)
{
    private readonly Option<string?> _limit =
        OptionValues.Create("--limit", "N", "At most so many, 1 to 1,000. Default: 20.");

    public Command Create()
    {
        var command = new CliCommand("messages", "List messages that could not be read, or that nobody handles, the newest first.")
        {
            Examples = ["dead-letters messages", "dead-letters messages --json"],
        };
        command.Add(_limit);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var limit = parsed.Int(_limit, 20, 1, 1_000);
        await using var app = FleetApp.Open(cli, common);
        var messages = await app.Get<IBrokenMessages>().ReadAsync(limit, cancellationToken);
        if (common.Json)
            cli.WriteJson(messages.Select(message => new
            {
                message.Id,
                message.Queue,
                message.Cause,
                FoundAt = message.At,
                Body = Encoding.UTF8.GetString(message.Body),
            }));
        else if (messages.Count == 0)
            cli.Say("There are none.");
        else
            cli.Out.Write(TableOf(messages));
        return ExitCodes.Success;
    }

    private Table TableOf(IReadOnlyList<BrokenMessage> messages)
    {
        var table = Tables.Create(cli, "found", "queue", "bytes", "cause");
        foreach (var message in messages)
            table.AddRow(
                Figures.Instant(message.At), SafeMarkup.Escape(SafeText.Line(message.Queue, 60)),
                Figures.Count(message.Body.Length), SafeMarkup.Escape(SafeText.Line(message.Cause, 160)));
        return table;
    }
}
