using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet list</c>.</summary>
internal sealed class ListCommand(CliContext cli)
{
    private readonly Option<bool> _unfinished =
        OptionValues.CreateFlag("--unfinished", "Only batches that are not over.");

    private readonly Option<string?> _limit =
        OptionValues.Create("--limit", "N", "At most so many, 1 to 1,000. Default: 20.");

    public Command Create()
    {
        var command = new CliCommand("list", "List the batches, the newest first.")
        {
            Examples = ["list", "list --unfinished --json"],
        };
        command.Add(_unfinished);
        command.Add(_limit);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var limit = parsed.Int(_limit, 20, 1, 1_000);
        IReadOnlyList<BatchProgress> batches = [];
        // A folder that is not there yet is no mistake here: there simply is nothing to list.
        if (StoreChoice.Of(common).MayHoldBatches)
        {
            await using var app = FleetApp.Open(cli, common);
            batches = await app.Queries.ListAsync(parsed.GetValue(_unfinished), limit, cancellationToken);
        }
        if (common.Json)
            cli.WriteJson(batches.Select(BatchJson.Of));
        else if (batches.Count == 0)
            cli.Say($"No batches in {StoreChoice.Of(common).Display(cli)}.");
        else
            cli.Out.Write(TableOf(batches));
        return ExitCodes.Success;
    }

    private Table TableOf(IReadOnlyList<BatchProgress> batches)
    {
        var table = Tables.Create(
            cli, "batch", "name", "status", "rows", "done", "succeeded", "failed", "rejected", "submitted");
        foreach (var numbers in (int[])[3, 4, 5, 6, 7])
            table.Columns[numbers].RightAligned();
        foreach (var progress in batches)
        {
            var (batch, counts) = (progress.Batch, progress.Counts);
            table.AddRow(
                Figures.ShortId(batch.CorrelationId),
                SafeMarkup.Escape(SafeText.Line(batch.Spec.Name, 40)),
                ProgressView.StatusOf(batch.CurrentState) +
                    (IsLeft(progress) ? " [yellow](nobody drives it)[/]" : ""),
                Figures.Count(batch.TotalRows),
                Figures.Percent(counts.Settled, batch.TotalRows),
                Figures.Count(counts.Succeeded),
                Figures.Count(counts.Failed),
                Figures.Count(counts.Rejected),
                Figures.Instant(batch.SubmittedAt));
        }
        return table;
    }

    private static bool IsLeft(BatchProgress progress) =>
        !progress.Driven && !BatchFollower.IsFinal(progress);
}
