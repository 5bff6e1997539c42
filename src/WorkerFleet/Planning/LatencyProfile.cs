namespace WorkerFleet.Planning;

/// <summary>How long calls take: a log-normal distribution with this mean and spread.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Spread">Sigma of the logarithm, 0 to 3; 0: every call takes exactly the mean.</param>
public sealed record LatencyProfile(TimeSpan Mean, double Spread)
{
    /// <summary>The largest spread that counts; the 95th percentile is 139 times the median then.</summary>
    public const double MaxSpread = 3;

    /// <summary>What 95 % of a normal distribution are below, in standard deviations.</summary>
    public const double Z95 = 1.6449;

    public TimeSpan P50 => At(0);

    public TimeSpan P95 => At(Z95);

    /// <summary>Standard deviation ÷ mean.</summary>
    public double Variation => Math.Sqrt(Math.Exp(Spread * Spread) - 1);

    /// <summary>
    /// The spread that puts the 95th percentile there. One that is higher than any spread can bring it gets the
    /// spread that brings it highest.
    /// </summary>
    public static LatencyProfile Of(TimeSpan mean, TimeSpan? p95)
    {
        if (p95 is not { } high || high <= mean || mean <= TimeSpan.Zero)
            return new(mean, 0);
        // p95 ÷ mean = exp(z·σ − σ²/2): the smaller of the two spreads for which that holds.
        var root = (Z95 * Z95) - (2 * Math.Log(high / mean));
        return new(mean, root <= 0 ? Z95 : Z95 - Math.Sqrt(root));
    }

    /// <summary>The profile of durations that were measured; their order does not matter.</summary>
    public static LatencyProfile Of(IReadOnlyCollection<TimeSpan> measured)
    {
        if (measured.Count == 0)
            return new(TimeSpan.Zero, 0);
        var mean = TimeSpan.FromTicks((long)measured.Average(duration => duration.Ticks));
        // Logarithms, so that one call that took long does not make the spread; a tick keeps them from minus infinity.
        var logs = measured.Select(duration => Math.Log(Math.Max(duration.Ticks, 1))).ToList();
        var middle = logs.Average();
        var variance = logs.Count < 2 ? 0 : logs.Sum(log => (log - middle) * (log - middle)) / (logs.Count - 1);
        return new(mean, Math.Min(Math.Sqrt(variance), MaxSpread));
    }

    /// <summary>The share of calls, 0 to 1, that takes longer than this.</summary>
    public double ShareBeyond(TimeSpan limit)
    {
        if (Mean <= TimeSpan.Zero || Spread == 0 || limit <= TimeSpan.Zero)
            return Mean > limit ? 1 : 0;
        var deviations = Math.Log(limit / P50) / Spread;
        // The tail of the normal distribution within 1e-7 (Abramowitz and Stegun, 26.2.17).
        var t = 1 / (1 + (0.2316419 * Math.Abs(deviations)));
        var sum = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937
            + (t * (-1.821255978 + (t * 1.330274429))))))));
        var tail = Math.Exp(-deviations * deviations / 2) / Math.Sqrt(2 * Math.PI) * sum;
        return deviations >= 0 ? tail : 1 - tail;
    }

    /// <summary>All calls so many times as long.</summary>
    public LatencyProfile Times(double factor) => this with { Mean = Mean * factor };

    /// <summary>The duration at so many standard deviations of the logarithm, 0 being the median.</summary>
    public TimeSpan At(double deviations) => Mean * Math.Exp((Spread * deviations) - (Spread * Spread / 2));
}
