namespace WorkerFleet.Telemetry.Metrics;

/// <summary>Whose instruments are exported.</summary>
internal static class FleetMeters
{
    /// <summary>Meters and sources of spans of the fleet begin so.</summary>
    public const string Prefix = "WorkerFleet";

    public const string MassTransit = "MassTransit";

    /// <summary>Garbage collection, thread pool, memory; and the HTTP client that calls agents.</summary>
    public static readonly string[] OfTheRuntime = ["System.Runtime", "System.Net.Http"];
}
