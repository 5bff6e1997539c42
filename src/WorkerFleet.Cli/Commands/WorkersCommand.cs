using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Workers;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Scaling;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet workers</c>: the processes of the fleet, and how many there should be.</summary>
internal sealed class WorkersCommand(CliContext cli)
{
    public Command Create()
    {
        var command = new CliCommand(
            "workers", "List the processes of the fleet, how busy each is, and how many workers are wanted.")
        {
            Examples = ["workers", "workers --json"],
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        IReadOnlyList<WorkerRecord> workers = [];
        ScaleReading? scale = null;
        var now = cli.Time.GetUtcNow();
        if (StoreChoice.Of(common).MayHoldBatches)
        {
            await using var app = FleetApp.Open(cli, common);
            workers = await app.Get<IWorkerRegistry>().ListAsync(now - WorkerStanding.ShownFor, cancellationToken);
            var look = await app.Get<ScaleReader>().ReadAsync(cancellationToken);
            scale = ScaleRule.Of(look.Input, app.Get<ScaleOptions>().AcceptableTime);
        }
        if (common.Json)
            cli.WriteJson(FleetWorkersJson.Of(
                workers.Select(worker => WorkerJson.Of(worker, WorkerStanding.Of(worker, now), now)), scale));
        else
            Write(workers, scale, common, now);
        return ExitCodes.Success;
    }

    private void Write(
        IReadOnlyList<WorkerRecord> workers, ScaleReading? scale, CommonValues common, DateTimeOffset now)
    {
        if (workers.Count == 0)
            cli.Say($"No process of a fleet uses {StoreChoice.Of(common).Display(cli)}.");
        else
            cli.Out.Write(TableOf(workers, now));
        foreach (var worker in workers.Where(worker => now - worker.SeenAt <= WorkerStanding.LostAfter))
            foreach (var note in worker.AgentNotes)
                cli.Say($"{SafeText.Line(worker.Id, 60)}: {SafeText.Line(note, 300)}");
        if (scale is not null && (workers.Count > 0 || scale.Backlog > 0))
            cli.Say(ScaleText.Of(scale));
    }

    private Table TableOf(IReadOnlyList<WorkerRecord> workers, DateTimeOffset now)
    {
        var table = Tables.Create(
            cli, "process", "roles", "version", "status", "in flight", "of", "items/s", "memory", "CPU", "seen");
        foreach (var numbers in (int[])[4, 5, 6, 7, 8, 9])
            table.Columns[numbers].RightAligned();
        foreach (var worker in workers)
        {
            var isWorker = worker.Concurrency > 0;
            table.AddRow(
                SafeMarkup.Escape(SafeText.Line(worker.Id, 60)),
                SafeMarkup.Escape(string.Join("+", worker.Roles)),
                SafeMarkup.Escape(worker.Version),
                StatusMarkup(worker, now),
                isWorker ? Figures.Count(worker.InFlight) : "",
                isWorker ? Figures.Count(worker.Capacity) : "",
                isWorker ? worker.ItemsPerSecond.ToString("F1", CultureInfo.InvariantCulture) : "",
                $"{worker.MemoryBytes / (1024 * 1024)} MiB",
                worker.Cpu.ToString("P0", CultureInfo.InvariantCulture),
                $"{Math.Max(0, (now - worker.SeenAt).TotalSeconds):F0}s ago");
        }
        return table;
    }

    private static string StatusMarkup(WorkerRecord worker, DateTimeOffset now) => WorkerStanding.Of(worker, now) switch
    {
        "lost" => "[red]lost[/]",
        "pressed" => $"[yellow]pressed: {SafeMarkup.Escape(SafeText.Line(worker.Note ?? "", 80))}[/]",
        "draining" => "[yellow]draining[/]",
        var status => $"[green]{status}[/]{(worker.IsProtected ? ", protected" : "")}",
    };
}
