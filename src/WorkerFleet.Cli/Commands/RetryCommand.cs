using System.CommandLine;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet retry</c>, which is also <c>fleet dead-letters replay</c>.</summary>
internal sealed class RetryCommand(CliContext cli, string name = "retry", string path = "retry")
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string[]> _items = new("--item")
    {
        HelpName = "ROW",
        Description = $"Only this row: {ItemReference.Meaning}. Repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _group = OptionValues.Create(
        "--group", "GROUP", "Only rows that failed for this cause, as 'dead-letters groups' names it.");

    private readonly Option<bool> _all = OptionValues.CreateFlag(
        "--all", "All rows that failed or were cancelled, but for archived ones (the default).");

    public Command Create()
    {
        var command =
            new CliCommand(name, "Run rows that failed or were cancelled again, and replace their results.")
        {
            Examples =
                [$"{path}", $"{path} 0197a3c2-51f0 --item 17 --item A-1042", $"{path} --group 3f9a1c77be"],
        };
        command.Add(_batch);
        command.Add(_items);
        command.Add(_group);
        command.Add(_all);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var items = parsed.GetValue(_items) ?? [];
        var group = parsed.GetValue(_group);
        if ((items.Length > 0 ? 1 : 0) + (group is null ? 0 : 1) + (parsed.GetValue(_all) ? 1 : 0) > 1)
            throw new UserErrorException("--item, --group and --all exclude each other; choose one of them");
        if (items.Length > BatchReplay.MostRows)
            throw new UserErrorException(
                $"--item: at most {BatchReplay.MostRows} rows at a time; use --group or --all for more");

        await using var app = FleetApp.Open(cli, common);
        var found = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var indexes = items.Length == 0
            ? null
            : await FailedItems.ResolveAsync(app, found.Batch, items, cancellationToken);
        if (group is not null)
            await FailedItems.CheckGroupAsync(app, found.Batch, group, cancellationToken);
        return await new BatchReplay(cli, common).RunAsync(app, found, indexes, group, cancellationToken);
    }
}
