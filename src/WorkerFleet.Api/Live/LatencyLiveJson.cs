using WorkerFleet.Workers;

namespace WorkerFleet.Api.Live;

/// <summary>How long invocations took, in milliseconds, within a tenth.</summary>
public sealed record LatencyLiveJson(double P50, double P95, double P99)
{
    /// <returns>Null when nothing was counted.</returns>
    public static LatencyLiveJson? Of(IReadOnlyDictionary<int, int> counts) =>
        counts.Values.Sum(count => (long)count) == 0 ? null : new(At(counts, 0.5), At(counts, 0.95), At(counts, 0.99));

    private static double At(IReadOnlyDictionary<int, int> counts, double quantile) =>
        Math.Round(LatencyBuckets.Percentile(counts, quantile)!.Value.TotalMilliseconds, 1);
}
