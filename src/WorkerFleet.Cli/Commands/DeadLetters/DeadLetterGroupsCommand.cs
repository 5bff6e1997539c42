using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Commands.DeadLetters;

/// <summary><c>fleet dead-letters groups</c>.</summary>
internal sealed class DeadLetterGroupsCommand(CliContext cli)
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string?> _limit =
        OptionValues.Create("--limit", "N", "At most so many, 1 to 1,000. Default: 50.");

    public Command Create()
    {
        var command = new CliCommand("groups", "List the causes of failures, the most frequent first.")
        {
            Examples = ["dead-letters groups", "dead-letters groups 0197a3c2-51f0 --json"],
        };
        command.Add(_batch);
        command.Add(_limit);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var limit = parsed.Int(_limit, 50, 1, 1_000);
        await using var app = FleetApp.Open(cli, common);
        var batch = (await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken)).Batch;
        var groups =
            await app.Get<IDeadLetters>().ReadGroupsAsync(batch.CorrelationId, limit, cancellationToken);
        if (common.Json)
            cli.WriteJson(groups);
        else if (groups.Count == 0)
            cli.Say("No row of the batch failed for good.");
        else
            Write(common, Figures.ShortId(batch.CorrelationId), groups);
        return ExitCodes.Success;
    }

    private void Write(CommonValues common, string id, IReadOnlyList<DeadLetterGroup> groups)
    {
        var table = Tables.Create(cli, "group", "rows", "kind", "last", "message");
        table.Columns[1].RightAligned();
        table.Columns[4].NoWrap = false;
        foreach (var group in groups)
            table.AddRow(
                SafeMarkup.Escape(group.Group),
                Figures.Count(group.Count),
                Kinds.NameOf(group.Kind),
                Figures.Instant(group.Last),
                SafeMarkup.Escape(SafeText.Line(group.Sample, 200)));
        cli.Out.Write(table);
        cli.Note(
            $"The rows of a cause: {common.Command(cli, $"dead-letters list {id} --group {groups[0].Group}")}");
        cli.Note($"Run them again:      {common.Command(cli, $"retry {id} --group {groups[0].Group}")}");
    }
}
