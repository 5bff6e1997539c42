using System.CommandLine;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet submit</c>: hands a batch to the fleet.</summary>
internal sealed class SubmitCommand(CliContext cli)
{
    private readonly RunOptions _options = new(cli);

    private readonly Option<bool> _wait =
        OptionValues.CreateFlag("--wait", "Follow the batch to its end, and exit as 'run' does. Ctrl-C leaves it running.");

    public Command Create()
    {
        var command = new CliCommand("submit", "Hand a batch to the fleet, and print its id.")
        {
            Examples =
            [
                "submit samples/addresses.csv --agent echo --prompt \"Verify: {{street}}, {{city}}\"",
                "submit samples/batch.yaml --wait",
            ],
        };
        _options.AddTo(command);
        command.Add(_wait);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (request, common, namesOutput) = _options.Read(parsed);
        BrokerChoice.Of(common);
        await using var app = FleetApp.OpenToSubmit(cli, common);
        // Without a folder of its own the batch leaves its results in the store, from where any machine can fetch them.
        var submitted = await _options.SubmitAsync(
            app, request, namesOutput ? request.Output : null, !_options.IsNew(parsed), cli.Stop.Requested);
        var batchId = submitted.BatchId!.Value;
        var id = Figures.ShortId(batchId);
        cli.Note(submitted.Existing
            ? $"Batch {id} runs already, with the same source and options; --new starts anew"
            : $"Batch {id}: {Figures.Count(submitted.Rows, "row")} of {request.SourceSettings.DisplayName}");
        if (parsed.GetValue(_wait))
            return await new BatchDriver(cli, common, app).FollowToEndAsync(batchId);
        await FleetPresence.NoteWhoIsMissingAsync(cli, common, app, cancellationToken);
        if (common.Json)
            cli.WriteJson(new { batch = batchId, rows = submitted.Rows, existing = submitted.Existing });
        else
            cli.Say(batchId.ToString());
        cli.Note($"Follow it: {common.Command(cli, $"watch {id}")}; fetch results: {common.Command(cli, $"results {id} --output DIR")}");
        return ExitCodes.Success;
    }
}
