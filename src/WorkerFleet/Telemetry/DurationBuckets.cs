using System.Diagnostics.Metrics;

namespace WorkerFleet.Telemetry;

/// <summary>
/// Upper bounds of the buckets of histograms, in seconds. Those that are used by default end at 10 s, in which no
/// agent has to be done, and begin at 5 ms, in which most writes are.
/// </summary>
internal static class DurationBuckets
{
    /// <summary>Writes to a store.</summary>
    public static readonly InstrumentAdvice<double> Writes = Of(
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    /// <summary>Calls of agents, and waits of items: an attempt has 5 minutes by default.</summary>
    public static readonly InstrumentAdvice<double> Calls = Of(
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800);

    /// <summary>What takes retries, background tasks and whole batches: up to a day.</summary>
    public static readonly InstrumentAdvice<double> Works = Of(
        0.1, 0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400);

    private static InstrumentAdvice<double> Of(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
