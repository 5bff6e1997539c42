using Serilog.Core;
using Serilog.Events;
using Spectre.Console;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Writes log events to standard error, a line each, through the console that also draws progress, so that they end
/// up above it and not in it. Exceptions are written out only with debug logging.
/// </summary>
internal sealed class ConsoleSink(IAnsiConsole console, bool withExceptions) : ILogEventSink
{
    public void Emit(LogEvent logEvent)
    {
        var (name, style) = logEvent.Level switch
        {
            LogEventLevel.Error or LogEventLevel.Fatal => ("error", "red"),
            LogEventLevel.Warning => ("warning", "yellow"),
            _ => (logEvent.Level.ToString().ToLowerInvariant(), "grey"),
        };
        var message = logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture);
        if (logEvent.Exception is { } exception)
            message += withExceptions ? $"{System.Environment.NewLine}{exception}" : $" ({exception.Message})";
        console.MarkupLine(
            $"[{style}]{name}:[/] {SafeMarkup.Escape(withExceptions ? message : SafeText.Line(message))}");
    }
}
