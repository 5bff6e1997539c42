using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Telemetry.Otlp;

/// <summary>
/// Says that telemetry does not arrive: once for the process, since what fails once fails every few seconds, and is
/// no reason to be woken again. The exporter itself tells it to nobody but listeners such as this.
/// </summary>
internal sealed partial class ExportFaults : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private const int MaxReason = 300;

    private readonly ILogger _logger;
    private readonly string _endpoint;
    private int _told;

    public ExportFaults(ILogger logger, string endpoint)
    {
        (_logger, _endpoint) = (logger, endpoint);
        // Tells of the sources that are there already, too: the base class has, before the fields were set.
        EventSourceCreated += (_, created) => Listen(created.EventSource);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Level > EventLevel.Warning || eventData.EventSource.Name != Exporter
            || Interlocked.Exchange(ref _told, 1) != 0)
            return;
        LogNotSent(_endpoint, ReasonOf(eventData));
    }

    /// <summary>
    /// The first line of it, without the name of its type: an exception comes with all of its stack.
    /// </summary>
    private static string ReasonOf(EventWrittenEventArgs fault)
    {
        var values = fault.Payload?.ToArray() ?? [];
        var text = values is [.., string { Length: > 0 } last]
            ? last
            : string.Format(CultureInfo.InvariantCulture, fault.Message ?? fault.EventName ?? "", values);
        var line = text.AsSpan()[..(text.IndexOfAny(['\r', '\n']) is var end and >= 0 ? end : text.Length)].Trim();
        if (line.IndexOf("Exception: ") is var name and >= 0 && !line[..name].Contains(' '))
            line = line[(name + "Exception: ".Length)..];
        return line.Length <= MaxReason ? line.ToString() : $"{line[..MaxReason]}…";
    }

    private void Listen(EventSource? source)
    {
        if (source?.Name == Exporter)
            EnableEvents(source, EventLevel.Warning);
    }

    [LoggerMessage(1850, LogLevel.Warning,
        "Telemetry does not arrive at {Endpoint}: {Reason}. What could not be sent is dropped, and batches go on; " +
        "not said again")]
    private partial void LogNotSent(string endpoint, string reason);
}
