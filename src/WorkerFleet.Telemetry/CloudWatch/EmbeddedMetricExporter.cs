using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using WorkerFleet.Telemetry.Metrics;

namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>Writes the fleet's own metrics of an interval as lines of the log.</summary>
/// <param name="begin">Begins an interval's.</param>
/// <param name="write">Writes a line.</param>
internal sealed class EmbeddedMetricExporter(Func<EmbeddedMetrics> begin, Action<string> write) : BaseExporter<Metric>
{
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var metrics = begin();
        foreach (var metric in batch)
            if (metric.MeterName.StartsWith(FleetMeters.Prefix, StringComparison.Ordinal))
                foreach (ref readonly var point in metric.GetMetricPoints())
                    foreach (var value in metrics.Of(metric.Name, CloudWatchUnit.Of(metric.Unit), TagsOf(point)))
                        Add(value, metric.MetricType, point);
        foreach (var line in metrics.Lines())
            write(line);
        return ExportResult.Success;
    }

    private static Dictionary<string, string> TagsOf(in MetricPoint point)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in point.Tags)
            tags[tag.Key] = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
        return tags;
    }

    private static void Add(MetricValue value, MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                value.AddSum(point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                value.AddSum(point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                value.AddGauge(point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                value.AddGauge(point.GetGaugeLastValueDouble());
                break;
            case MetricType.Histogram:
                AddHistogram(value, point);
                break;
        }
    }

    /// <summary>Each bucket as its middle, within what was measured.</summary>
    private static void AddHistogram(MetricValue value, in MetricPoint point)
    {
        if (point.GetHistogramCount() == 0)
            return;
        var isBounded = point.TryGetHistogramMinMaxValues(out var min, out var max);
        var lower = isBounded ? min : 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            var upper = isBounded ? Math.Clamp(bucket.ExplicitBound, min, max)
                : double.IsFinite(bucket.ExplicitBound) ? bucket.ExplicitBound : lower;
            value.AddToDistribution((lower + upper) / 2, bucket.BucketCount);
            lower = Math.Max(lower, upper);
        }

        value.AddStatistics(point.GetHistogramSum(), isBounded ? min : 0, isBounded ? max : lower);
    }
}
