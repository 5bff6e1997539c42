using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet results</c>: exports what is settled.</summary>
internal sealed class ResultsCommand(CliContext cli)
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string?> _output = OptionValues.Create(
        "--output", "DIR", "Folder to write to, or s3://bucket/prefix. Default: the batch's own, once it is over.");

    public Command Create()
    {
        var command = new CliCommand("results", "Write the results of a batch to a folder; of a running " +
            "one, those so far.")
        {
            Examples = ["results --output so-far", "results 0197a3c2-51f0 --output results/copy"],
        };
        command.Add(_batch);
        command.Add(_output);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        await using var app = FleetApp.Open(cli, common);
        var found = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var written = parsed.GetValue(_output);
        // A running batch writes to its folder itself when it ends.
        if (written is null && !BatchFollower.IsFinal(found))
            throw new UserErrorException(
                "The batch still runs, and will write to its own folder; name another one with --output");
        var folder = FolderOf(written ?? found.Batch.Output
            ?? throw new UserErrorException("The batch has no folder of its own; name one with --output"));
        var result =
            await app.Get<ResultExporter>().ExportAsync(found.Batch.CorrelationId, folder, cli.Stop.Requested);
        if (common.Json)
            cli.WriteJson(result);
        else
            Write(result);
        return ExitCodes.Success;
    }

    /// <exception cref="UserErrorException">Results cannot go there.</exception>
    private string FolderOf(string written)
    {
        var problems = new List<string>();
        var folder = SourcePaths.CheckOutput(cli, written, problems);
        return problems.Count > 0 ? throw new UserErrorException(problems) : folder;
    }

    private void Write(ExportResult result)
    {
        var counts = result.Summary.Counts;
        cli.Out.MarkupLine(
            $"Wrote {Figures.Count(counts.Settled)} of {Figures.Count(result.Summary.Rows, "row")} to " +
            $"[bold]{SafeMarkup.Escape(cli.ShortPath(result.Folder))}[/]" +
            (result.Complete ? ", complete with manifest.json."
                : ". Partial: there is no manifest.json until the batch is over."));
        if (result.Summary.Accuracy is { } accuracy)
            AccuracyText.Write(cli, accuracy);
    }
}
