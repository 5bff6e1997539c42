using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet clean</c>.</summary>
internal sealed class CleanCommand(CliContext cli)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    private readonly Option<string?> _olderThan = OptionValues.Create(
        "--older-than", "DURATION", "Only batches that have been over for so long, such as 12h or 30d.");

    private readonly Option<bool> _dryRun =
        OptionValues.CreateFlag("--dry-run", "Only say what would be deleted.");

    public Command Create()
    {
        var command =
            new CliCommand("clean", "Delete the records of batches that are over; exported results stay.")
        {
            Examples = ["clean --older-than 30d --dry-run", "clean --older-than 30d"],
        };
        _olderThan.Required = true;
        command.Add(_olderThan);
        command.Add(_dryRun);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var age = parsed.Duration(_olderThan, Longest)!.Value;
        var dryRun = parsed.GetValue(_dryRun);
        IReadOnlyList<BatchState> deleted = [];
        if (StoreChoice.Of(common).MayHoldBatches)
        {
            await using var app = FleetApp.Open(cli, common);
            deleted = await app.Get<BatchCleaner>().CleanAsync(
                cli.Time.GetUtcNow() - age, dryRun, cli.Stop.Requested);
        }
        if (common.Json)
            cli.WriteJson(deleted.Select(CleanedJson.Of));
        else
            Write(deleted, dryRun);
        return ExitCodes.Success;
    }

    private void Write(IReadOnlyList<BatchState> deleted, bool dryRun)
    {
        foreach (var batch in deleted)
            cli.Out.MarkupLine(
                $"{Figures.ShortId(batch.CorrelationId)}  " +
                $"{SafeMarkup.Escape(SafeText.Line(batch.Spec.Name, 60))}  " +
                $"{Figures.Count(batch.TotalRows, "row")}  " +
                $"[grey]{(batch.FinishedAt is { } at ? Figures.Instant(at) : "")}[/]");
        var batches = deleted.Count == 1 ? "batch" : "batches";
        cli.Say(deleted.Count == 0
            ? "Nothing is that old."
            : $"{(dryRun ? "Would delete" : "Deleted")} {deleted.Count} {batches}.");
    }
}
