using Microsoft.Extensions.Configuration;
using Serilog.Events;

namespace WorkerFleet.Cli.Options;

/// <param name="DataFolder">Full path of the embedded store.</param>
/// <param name="DataArgument">The folder as the command line named it; null where it did not.</param>
/// <param name="Json">Whether standard output is for a script.</param>
/// <param name="LogLevel">What was asked for on the command line; null: as configured.</param>
/// <param name="Configuration">All of it.</param>
internal sealed record CommonValues(
    string DataFolder, string? DataArgument, bool Json, LogEventLevel? LogLevel, IConfiguration Configuration)
{
    /// <summary>A command that can be typed as it stands, for the same data folder.</summary>
    public string Command(CliContext cli, string arguments) =>
        $"{cli.Program} {arguments}{(DataArgument is null ? "" : $" --data {ShellText.Quote(DataArgument)}")}";
}
