using System.CommandLine;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet resume</c>: goes on with what was paused, stopped or killed.</summary>
internal sealed class ResumeCommand(CliContext cli)
{
    private const int MostBatches = 1_000;

    private readonly Argument<string?> _batch = new("BATCH")
    {
        Description = "Batch: its id, the beginning of it, or latest. Default: all unfinished ones that " +
            "nobody drives, one after the other",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Command Create()
    {
        var command = new CliCommand("resume", "Go on with batches that were paused, stopped or killed.")
        {
            Examples = ["resume", "resume 0197a3c2-51f0"],
        };
        command.Add(_batch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        IReadOnlyList<BatchProgress> batches;
        await using (var app = FleetApp.Open(cli, common))
        {
            if (parsed.GetValue(_batch) is { } written)
            {
                var found = await BatchArgument.ResolveAsync(app, written, cancellationToken);
                if (BatchFollower.IsFinal(found))
                    return AlreadyOver(common, found);
                if (found.Driven)
                    return await ResumeDrivenAsync(app, common, found, cancellationToken);
                batches = [found];
            }
            else
            {
                var unfinished =
                    await app.Queries.ListAsync(unfinishedOnly: true, MostBatches, cancellationToken);
                var unpaused = await UnpauseDrivenAsync(app, unfinished, cancellationToken);
                batches = [.. unfinished.Where(batch => !batch.Driven).Reverse()];
                if (batches.Count == 0 && unpaused == 0)
                    cli.Note("Nothing to resume: every batch is over, or some process drives it.");
            }
        }
        return await DriveAllAsync(common, batches);
    }

    /// <summary>A paused batch whose process is still there goes on in that process.</summary>
    /// <returns>How many there were.</returns>
    private async Task<int> UnpauseDrivenAsync(
        FleetApp app, IReadOnlyList<BatchProgress> unfinished, CancellationToken cancellationToken)
    {
        var paused =
            unfinished.Where(batch => batch.Driven && batch.Batch.CurrentState == BatchStatus.Paused).ToList();
        foreach (var batch in paused)
        {
            await app.Controller.ResumeAsync(batch.Batch.CorrelationId, cancellationToken);
            cli.Note(
                $"Batch {Figures.ShortId(batch.Batch.CorrelationId)} goes on in the process that drives it.");
        }
        return paused.Count;
    }

    private async Task<int> DriveAllAsync(CommonValues common, IReadOnlyList<BatchProgress> batches)
    {
        var worst = ExitCodes.Success;
        foreach (var batch in batches)
        {
            await using var app = FleetApp.OpenToDrive(cli, common, batch.Batch.Spec.Limits.Concurrency);
            var exitCode = await new BatchResumption(cli, common).TakeUpAsync(app, batch);
            if (exitCode == ExitCodes.Interrupted)
                return exitCode;
            worst = Math.Max(worst, exitCode);
        }
        return worst;
    }

    private async Task<int> ResumeDrivenAsync(
        FleetApp app, CommonValues common, BatchProgress found, CancellationToken cancellationToken)
    {
        var driver = new BatchDriver(cli, common, app);
        cli.Note("Another process drives this batch; following it. Ctrl-C leaves it running.");
        if (found.Batch.CurrentState == BatchStatus.Paused)
            await app.Controller.ResumeAsync(found.Batch.CorrelationId, cancellationToken);
        return await driver.FollowToEndAsync(found.Batch.CorrelationId);
    }

    private int AlreadyOver(CommonValues common, BatchProgress found)
    {
        if (common.Json)
            cli.WriteJson(BatchJson.Of(found));
        cli.Note(
            $"The batch is over already: {StatusWords.Of(found.Batch.CurrentState)}. To run failed rows " +
                "again: " +
            common.Command(cli, $"retry {Figures.ShortId(found.Batch.CorrelationId)}"));
        return ExitCodes.Success;
    }
}
