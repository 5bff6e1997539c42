using System.CommandLine;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet run</c>: submits a batch and drives it to its end.</summary>
internal sealed class RunCommand(CliContext cli)
{
    private readonly RunOptions _options = new(cli);

    public Command Create()
    {
        var command = new CliCommand("run", "Run a source through an agent, and leave ordered results.")
        {
            Examples =
            [
                "run samples/addresses.csv --agent echo --prompt \"Verify: {{street}}, {{city}}\"",
                "run tickets.jsonl --agent-url http://localhost:8080 --template template.json --concurrency 50",
                "run samples/batch.yaml --tolerate 5%",
                "run - --format csv --agent echo --prompt \"{{name}}\" < rows.csv",
            ],
        };
        _options.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        _ = Task.Run(MessageRehearsal.Run, CancellationToken.None);
        var (request, common, _) = _options.Read(parsed);
        await using var app = FleetApp.OpenToDrive(cli, common, request.Spec.Limits.Concurrency);
        // The fleet starts while the source is taken in: that is half of what a small batch takes.
        _ = app.StartAsync(cli.Stop.Requested);
        var submitted = await _options.SubmitAsync(
            app, request, request.Output, !_options.IsNew(parsed), cli.Stop.Requested);
        var driver = new BatchDriver(cli, common, app);
        if (!submitted.Existing)
            return await driver.DriveToEndAsync(submitted.BatchId!.Value, note:
                $"Batch {Figures.ShortId(submitted.BatchId.Value)}: " +
                $"{Figures.Count(submitted.Rows, "row")} of {request.SourceSettings.DisplayName}");
        var found = await app.Queries.FindAsync(submitted.BatchId!.Value, cancellationToken)
            ?? throw new UserErrorException("The batch was deleted meanwhile; run it again", ExitCodes.Failed);
        return await new BatchResumption(cli, common).TakeUpAsync(app, found, "--new starts anew");
    }
}
