using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Commands.DeadLetters;

/// <summary><c>fleet dead-letters archive</c>, and <c>unarchive</c>.</summary>
internal sealed class ArchiveCommand(CliContext cli, bool back = false)
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string[]> _items = new("--item")
    {
        HelpName = "ROW",
        Description = $"This row: {ItemReference.Meaning}. Repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _group =
        OptionValues.Create("--group", "GROUP", "Those with this cause, as 'dead-letters groups' names it.");

    private readonly Option<bool> _all = OptionValues.CreateFlag("--all", "All of the batch.");

    public Command Create()
    {
        var name = back ? "unarchive" : "archive";
        var command = new CliCommand(name, back
            ? "Open archived failures again."
            : "Put failures away: they are open no longer, and run again only by naming their rows.")
        {
            Examples =
            [
                $"dead-letters {name} --group 3f9a1c77be",
                $"dead-letters {name} 0197a3c2-51f0 --item 17 --item A-1042",
            ],
        };
        command.Add(_batch);
        foreach (var option in (Option[])[_items, _group, _all])
            command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var items = parsed.GetValue(_items) ?? [];
        var group = parsed.GetValue(_group);
        if ((items.Length > 0 ? 1 : 0) + (group is null ? 0 : 1) + (parsed.GetValue(_all) ? 1 : 0) != 1)
            throw new UserErrorException("Name one of --item, --group and --all: which failures are meant");
        if (items.Length > LetterArchive.MostRows)
            throw new UserErrorException(
                $"--item: at most {LetterArchive.MostRows} rows at a time; use --group or --all for more");

        await using var app = FleetApp.Open(cli, common);
        var batch = (await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken)).Batch;
        var rows = items.Length == 0 ? null : await RowsAsync(app, batch, items, cancellationToken);
        var count = await ChangeAsync(app, new(batch.CorrelationId, rows, group), cancellationToken);
        if (common.Json)
            cli.WriteJson(new { batch_id = batch.CorrelationId, changed = count });
        else
            cli.Say(count == 0
                ? back ? "There are no such archived failures." : "There are no such open failures."
                : $"{(back ? "Opened" : "Archived")} {Figures.Count(count, "failure")}.");
        return ExitCodes.Success;
    }

    private async Task<long> ChangeAsync(FleetApp app, LetterChoice choice, CancellationToken cancellationToken)
    {
        var archive = app.Get<LetterArchive>();
        for (long count = 0; ;)
        {
            var done = back
                ? await archive.UnarchiveAsync(choice, LetterArchive.MostLetters, cancellationToken)
                : await archive.ArchiveAsync(choice, LetterArchive.MostLetters, cancellationToken);
            if (done.UnknownRows.Count > 0)
                throw new UserErrorException(
                    [.. done.UnknownRows.Select(row => $"--item: row {row} has not failed for good")]);
            count += done.Count;
            if (!done.Truncated)
                return count;
        }
    }

    private static async Task<IReadOnlyList<long>> RowsAsync(
        FleetApp app, BatchState batch, string[] items, CancellationToken cancellationToken)
    {
        var rows = new List<long>();
        foreach (var item in items)
            rows.Add(await ItemReference.ResolveAsync(app, batch, item, cancellationToken));
        return rows;
    }
}
