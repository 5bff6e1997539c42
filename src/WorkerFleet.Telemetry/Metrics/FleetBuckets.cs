using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace WorkerFleet.Telemetry.Metrics;

/// <summary>
/// Buckets of the fleet's histograms that name none themselves: the usual ones are made for milliseconds, and have
/// all that is below 5 s in one.
/// </summary>
internal static class FleetBuckets
{
    /// <summary>From what an echo takes to what the slowest attempt may.</summary>
    public static readonly double[] Seconds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    public static readonly double[] Bytes =
        [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864, 268_435_456];

    /// <returns>Null where the instrument is aggregated as it is.</returns>
    public static MetricStreamConfiguration? For(Instrument instrument)
    {
        if (!instrument.Meter.Name.StartsWith(FleetMeters.Prefix, StringComparison.Ordinal)
            || !IsWithoutAdvice(instrument))
            return null;
        return instrument.Unit switch
        {
            "s" => new ExplicitBucketHistogramConfiguration { Boundaries = Seconds },
            "By" => new ExplicitBucketHistogramConfiguration { Boundaries = Bytes },
            _ => null,
        };
    }

    private static bool IsWithoutAdvice(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries is null,
        Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries is null,
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries is null,
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries is null,
        _ => false,
    };
}
