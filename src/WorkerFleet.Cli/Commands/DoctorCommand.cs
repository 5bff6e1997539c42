using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet doctor</c>.</summary>
internal sealed class DoctorCommand(CliContext cli)
{
    public Command Create()
    {
        var command = new CliCommand("doctor", "Check the machine, the data folder, the configuration, " +
            "the agents and the batches.")
        {
            Examples = ["doctor", "doctor --json"],
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var checks = await new Examination(cli, common).RunAsync(cli.Stop.Requested);
        var healthy = checks.All(check => check.State != CheckState.Failed);
        if (common.Json)
            cli.WriteJson(new DoctorJson(healthy, checks));
        else
            foreach (var check in checks)
                cli.Out.MarkupLine($"{MarkOf(check.State)} {check.Name,-14} " +
                    $"{SafeMarkup.Escape(SafeText.Line(check.Finding, 1_000))}");
        return healthy ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static string MarkOf(CheckState state) => state switch
    {
        CheckState.Passed => "[green]✓[/]",
        CheckState.Warning => "[yellow]![/]",
        _ => "[red]✗[/]",
    };

    private sealed record DoctorJson(bool Healthy, IReadOnlyList<Check> Checks);
}
