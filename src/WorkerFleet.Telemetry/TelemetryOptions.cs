using WorkerFleet.Telemetry.CloudWatch;
using WorkerFleet.Telemetry.Otlp;

namespace WorkerFleet.Telemetry;

/// <summary>Section <c>Fleet:Telemetry</c>: where traces, metrics and logs go. By default, nowhere.</summary>
public sealed record TelemetryOptions
{
    public const string Section = "Fleet:Telemetry";

    /// <summary>Sending to a collector; null where no endpoint is set.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>
    /// Whether a process of the fleet answers <c>/metrics</c> on the port that answers probes, where there is one.
    /// On by default; off saves the aggregation of all metrics.
    /// </summary>
    public bool ServeMetrics { get; init; } = true;

    /// <summary>Metrics as lines of the log, for CloudWatch; null where no namespace is set.</summary>
    public CloudWatchOptions? CloudWatch { get; init; }

    /// <summary>
    /// How long the end of a process waits for a collector to take what is left, 0 s to 5 min. 3 s by default: with one
    /// that is gone, no command takes much longer.
    /// </summary>
    public TimeSpan FlushWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Whether MassTransit's own spans and metrics are exported, too. Off by default: they are several spans a
    /// message, in traces beside those of the batch.
    /// </summary>
    public bool MassTransit { get; init; }
}
