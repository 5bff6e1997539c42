using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Ledger;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet audit</c>.</summary>
internal sealed class AuditCommand(CliContext cli)
{
    private readonly Argument<string?> _batch = BatchArgument.Create();

    public Command Create()
    {
        var command = new CliCommand("audit", "Prove from the ledger that every row is counted once: rows " +
            "in = sum of the states.")
        {
            Examples = ["audit", "audit 0197a3c2-51f0 --json"],
        };
        command.Add(_batch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        await using var app = FleetApp.Open(cli, common);
        var found = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var report = await app.Get<LedgerAudit>().AuditAsync(found.Batch.CorrelationId, cli.Stop.Requested);
        if (common.Json)
            cli.WriteJson(report);
        else
            Write(report);
        return report.Passed ? ExitCodes.Success : ExitCodes.Failed;
    }

    private void Write(AuditReport report)
    {
        var table = Tables.Create(cli, "", "check", "figures");
        foreach (var check in report.Checks)
            table.AddRow(
                check.Passed ? "[green]✓[/]" : "[red]✗[/]",
                SafeMarkup.Escape(SafeText.Line(check.Name)),
                SafeMarkup.Escape(SafeText.Line(check.Detail)));
        cli.Out.Write(table);
        var counts = report.Counts;
        cli.Out.MarkupLine($"{Figures.Count(report.RowsIn, "row")} in = " +
            $"{Figures.Count(counts.Succeeded)} succeeded + {Figures.Count(counts.Failed)} failed + " +
            $"{Figures.Count(counts.Rejected)} rejected + {Figures.Count(counts.Cancelled)} cancelled + " +
            $"{Figures.Count(counts.Pending)} pending: " +
                $"{(report.Passed ? "[green]proved[/]" : "[red]not proved[/]")}");
    }
}
