using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;
using WorkerFleet.Cli.Health;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Cli.Hosting;

/// <summary>What a process tells of itself to those that watch over it.</summary>
internal static class TelemetryChoice
{
    public const string Run = "run";
    public const string Submit = "submit";
    public const string Api = "api";

    public static string RoleOf(FleetRoles roles) => roles switch
    {
        FleetRoles.Orchestrator => "orchestrator",
        FleetRoles.Worker => "worker",
        _ => "up",
    };

    /// <summary>Of a command: its standard output is for people and scripts.</summary>
    /// <exception cref="UserErrorException">The configuration is wrong.</exception>
    public static void AddToCommand(IServiceCollection services, CliContext cli, CommonValues common, string command) =>
        Add(services, cli, common, new ExportingProcess(command, ServesMetrics: false, Log: null, LevelOf(common)));

    /// <summary>Of a process of the fleet: its standard output is a log.</summary>
    /// <exception cref="UserErrorException">The configuration is wrong.</exception>
    public static void AddToProcess(IServiceCollection services, CliContext cli, CommonValues common, string role) =>
        Add(services, cli, common, new ExportingProcess(
            role, HealthOptions.Read(common.Configuration).Port is not null, cli.Raw, LevelOf(common)));

    private static void Add(IServiceCollection services, CliContext cli, CommonValues common, ExportingProcess process)
    {
        var problems = new List<string>();
        var options = TelemetryOptionsReader.Read(common.Configuration, cli.Environment, problems);
        if (problems.Count > 0)
            throw new UserErrorException(problems);
        services.AddTelemetryExport(options, process);
    }

    private static LogLevel LevelOf(CommonValues common) =>
        common.LogLevel is { } level ? LevelConvert.ToExtensionsLevel(level) : LogLevel.Warning;
}
