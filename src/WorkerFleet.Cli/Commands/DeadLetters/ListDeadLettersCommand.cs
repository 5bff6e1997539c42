using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Commands.DeadLetters;

/// <summary><c>fleet dead-letters list</c>.</summary>
internal sealed class ListDeadLettersCommand(CliContext cli)
{
    private const string Any = "any";

    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string?> _group =
        OptionValues.Create("--group", "GROUP", "Only those with this cause.");

    private readonly Option<bool> _replayed =
        OptionValues.CreateFlag("--replayed", "The same as --state any.");

    private readonly Option<string?> _state =
        OptionValues.Create("--state", "STATE", "open (the default), replayed, archived or any.");

    private readonly Option<string?> _after =
        OptionValues.Create("--after", "ROW", "Only rows behind this one: the next page.");

    private readonly Option<string?> _limit =
        OptionValues.Create("--limit", "N", "At most so many, 1 to 10,000. Default: 50.");

    public Command Create()
    {
        var command = new CliCommand("list", "List rows that failed for good.")
        {
            Examples = ["dead-letters list", "dead-letters list 0197a3c2-51f0 --group 3f9a1c77be --json"],
        };
        command.Add(_batch);
        foreach (var option in (Option[])[_group, _state, _replayed, _after, _limit])
            command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var limit = parsed.Int(_limit, 50, 1, 10_000);
        var after = parsed.Int(_after, -1, -1, int.MaxValue);
        await using var app = FleetApp.Open(cli, common);
        var batch = (await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken)).Batch;
        var query = new DeadLetterQuery(
            batch.CorrelationId, parsed.GetValue(_group),
            StateOf(parsed), AfterIndex: after, Limit: limit);
        var letters = await app.Get<IDeadLetters>().ReadAsync(query, cancellationToken);
        if (common.Json)
            cli.WriteJson(letters);
        else if (letters.Count == 0)
            cli.Say("There are none.");
        else
            Write(letters);
        if (letters.Count == limit)
            cli.Note($"There may be more: --after {letters[^1].Index}, or a larger --limit.");
        return ExitCodes.Success;
    }

    /// <returns>Null for any.</returns>
    private DeadLetterState? StateOf(ParseResult parsed)
    {
        if (parsed.GetValue(_state) is not { } name)
            return parsed.GetValue(_replayed) ? null : DeadLetterState.Open;
        if (name == Any)
            return null;
        var states = Enum.GetValues<DeadLetterState>().Where(state => NameOf(state) == name).ToList();
        return states.Count == 1
            ? states[0]
            : throw new UserErrorException($"--state: '{name}' is not one of open, replayed, archived, any");
    }

    private static string NameOf(DeadLetterState state) => state.ToString().ToLowerInvariant();

    private void Write(IReadOnlyList<DeadLetter> letters)
    {
        var table =
            Tables.Create(cli, "row", "id", "agent", "attempts", "failed at", "group", "kind", "message");
        table.Columns[7].NoWrap = false;
        foreach (var letter in letters)
            table.AddRow(
                letter.Index.ToString(CultureInfo.InvariantCulture),
                SafeMarkup.Escape(SafeText.Line(letter.ItemId ?? "", 40)),
                SafeMarkup.Escape(letter.Agent),
                letter.Attempts.ToString(CultureInfo.InvariantCulture),
                Figures.Instant(letter.FailedAt),
                SafeMarkup.Escape(letter.Group),
                Kinds.NameOf(letter.Failure.Kind) +
                    (letter.State == DeadLetterState.Open ? "" : $" [grey]({NameOf(letter.State)})[/]"),
                SafeMarkup.Escape(SafeText.Line(letter.Failure.Message, 200)));
        cli.Out.Write(table);
    }
}
