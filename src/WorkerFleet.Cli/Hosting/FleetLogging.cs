using Serilog;
using Serilog.Core;
using Serilog.Events;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Logging: section <c>Serilog</c> of the configuration, and standard error from warnings on.
/// </summary>
internal static class FleetLogging
{
    public static Logger Create(CliContext cli, CommonValues common)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LogEventLevel.Warning)
            .ReadFrom.Configuration(common.Configuration);
        if (common.LogLevel is { } level)
            configuration.MinimumLevel.Is(level);
        var withExceptions = common.LogLevel is LogEventLevel.Debug or LogEventLevel.Verbose;
        return configuration.WriteTo.Sink(new ConsoleSink(cli.Error, withExceptions)).CreateLogger();
    }
}
