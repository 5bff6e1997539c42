using Microsoft.Extensions.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using WorkerFleet.Api.Access;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Logging: section <c>Serilog</c> of the configuration, and standard error from warnings on: as text, or, where
/// <c>Fleet:Logging:Format</c> is <c>json</c> and standard error is no terminal, as a line of JSON an event.
/// </summary>
internal static class FleetLogging
{
    private const string Section = "Fleet:Logging";
    private const string FormatKey = Section + ":Format";
    private const string Text = "text";
    private const string Json = "json";

    private static readonly string[] Formats = [Text, Json];

    /// <summary>What Microsoft.Extensions.Hosting logs of an exception that it throws as well.</summary>
    private const string HostFailed = "Hosting failed to start";

    /// <summary>What MassTransit logs of a bus that is stopped because something before it failed to start, and of no other.</summary>
    private const string BusNotStarted = "Failed to stop bus: {Address} ({Reason})";

    /// <summary>What MassTransit logs of consumers that it waits for no longer.</summary>
    private const string ConsumersGivenUp = "Consumer stop canceled: {InputAddress}";

    /// <exception cref="UserErrorException">The configuration is wrong.</exception>
    public static Logger Create(CliContext cli, CommonValues common)
    {
        if (IsJson(common) && !cli.ErrorIsTerminal)
            cli.Log = new JsonLog(cli.Error.Profile.Out.Writer, cli.Time);
        var configuration = new LoggerConfiguration().MinimumLevel.Is(LogEventLevel.Warning);
        // It looks for sinks in every assembly, which takes 50 ms: for nothing, as a rule.
        if (common.Configuration.GetSection(ConfigurationLoggerConfigurationExtensions.DefaultSectionName).Exists())
            configuration.ReadFrom.Configuration(common.Configuration);
        // Whoever starts the host tells why it failed to start, and whoever stops it what it gave up; once is enough.
        configuration.Filter.ByExcluding(
            entry => entry.MessageTemplate.Text is HostFailed or BusNotStarted or ConsumersGivenUp);
        if (common.LogLevel is { } level)
            configuration.MinimumLevel.Is(level);
        configuration.MinimumLevel.Override(AuditLog.Category, LogEventLevel.Information);
        var withExceptions = common.LogLevel is LogEventLevel.Debug or LogEventLevel.Verbose;
        return configuration.WriteTo
            .Sink(cli.Log is { } log ? log : new ConsoleSink(cli.Error, withExceptions))
            .CreateLogger();
    }

    private static bool IsJson(CommonValues common)
    {
        var problems = common.Configuration.GetSection(Section).GetChildren()
            .Where(child => !child.Path.Equals(FormatKey, StringComparison.OrdinalIgnoreCase))
            .Select(child => $"{child.Path}: there is no such key; there is Format" +
                Suggestions.DidYouMean(child.Key, ["Format"]))
            .ToList();
        var format = common.Configuration[FormatKey] is { Length: > 0 } given ? given.ToLowerInvariant() : Text;
        if (!Formats.Contains(format))
            problems.Add($"{FormatKey}: '{format}' is not one of {string.Join(", ", Formats)}" +
                Suggestions.DidYouMean(format, Formats));
        return problems.Count == 0 ? format == Json : throw new UserErrorException(problems);
    }
}
