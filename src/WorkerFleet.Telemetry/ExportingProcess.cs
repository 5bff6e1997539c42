using Microsoft.Extensions.Logging;

namespace WorkerFleet.Telemetry;

/// <summary>The process that telemetry tells of.</summary>
/// <param name="Role">Such as <c>worker</c>, or the command, such as <c>run</c>.</param>
/// <param name="ServesMetrics">Whether somebody can ask it for <c>/metrics</c>.</param>
/// <param name="Log">Its standard output, where that is a log; null where it is for people or scripts.</param>
/// <param name="LogLevel">What is logged, from this level on.</param>
public sealed record ExportingProcess(
    string Role, bool ServesMetrics, TextWriter? Log, LogLevel LogLevel = LogLevel.Warning);
