using Serilog;
using Serilog.Core;
using Serilog.Events;
using WorkerFleet.Api.Access;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Logging: section <c>Serilog</c> of the configuration, and standard error from warnings on.
/// </summary>
internal static class FleetLogging
{
    /// <summary>What Microsoft.Extensions.Hosting logs of an exception that it throws as well.</summary>
    private const string HostFailed = "Hosting failed to start";

    /// <summary>What MassTransit logs of a bus that is stopped because something before it failed to start, and of no other.</summary>
    private const string BusNotStarted = "Failed to stop bus: {Address} ({Reason})";

    public static Logger Create(CliContext cli, CommonValues common)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LogEventLevel.Warning)
            .ReadFrom.Configuration(common.Configuration);
        // Whoever starts the host tells why it failed to start; once is enough.
        configuration.Filter.ByExcluding(entry => entry.MessageTemplate.Text is HostFailed or BusNotStarted);
        if (common.LogLevel is { } level)
            configuration.MinimumLevel.Is(level);
        configuration.MinimumLevel.Override(AuditLog.Category, LogEventLevel.Information);
        var withExceptions = common.LogLevel is LogEventLevel.Debug or LogEventLevel.Verbose;
        return configuration.WriteTo.Sink(new ConsoleSink(cli.Error, withExceptions)).CreateLogger();
    }
}
